-- Wireshark dissector for the text datagrams of udpchat, generation 1.
--
-- One datagram is one message: a verb, then arguments, single spaces between,
-- UTF-8. The same verb asks in one direction and answers in the other; the side
-- that listens on the preferred port is the server, or else the one that was asked.

local udpchat = Proto("udpchat", "UDP chat")

local fields = {
  verb = ProtoField.string("udpchat.verb", "Verb"),
  kind = ProtoField.string("udpchat.kind", "Kind"),
  name = ProtoField.string("udpchat.name", "Name"),
  room = ProtoField.string("udpchat.room", "Room"),
  text = ProtoField.string("udpchat.text", "Text"),
  host = ProtoField.string("udpchat.host", "Host"),
  port = ProtoField.uint16("udpchat.port", "Port"),
  request_in = ProtoField.framenum("udpchat.request_in", "Request in", base.NONE, frametype.REQUEST),
  answer_in = ProtoField.framenum("udpchat.answer_in", "Answer in", base.NONE, frametype.RESPONSE),
  answer_time = ProtoField.double("udpchat.answer_time", "Time to the answer, s"),
}
udpchat.fields = fields

local strange = ProtoExpert.new(
  "udpchat.strange", "Not in the language of udpchat", expert.group.MALFORMED, expert.severity.WARN
)
local refused = ProtoExpert.new(
  "udpchat.refused", "Refused", expert.group.RESPONSE_CODE, expert.severity.NOTE
)
udpchat.experts = { strange, refused }

udpchat.prefs.port = Pref.uint("UDP port", 8090, "Where the room server listens")

local CLEAR = "__clear_peers__"
local VERBS = {
  hi = true, by = true, ar = true, ul = true, rl = true, rc = true, rj = true, rk = true, msg = true,
}
-- Which requests an answer may belong to; a bare `hi` refuses whatever was asked.
local REFUSES = { hi = true, ar = true, rc = true, rj = true }

-- What was seen, by conversation: filled in the first pass, kept for all others.
local servers, waiting, requests, answers

function udpchat.init()
  servers, waiting, requests, answers = {}, {}, {}, {}
end

local function place(address, port)
  return tostring(address) .. " " .. port
end

local function endpoint(argument)
  local host, port = argument:match("^([%x:.]+) ([1-9]%d*)$")
  if host and tonumber(port) <= 65535 then
    return host, tonumber(port)
  end
end

-- Splits a message. Gives its verb and its argument, or nothing if it is none.
local function split(message)
  local verb, argument = message:match("^(%l%l%l?) (.*)$")
  if not verb then
    verb, argument = message, nil
  end
  if not VERBS[verb] then
    return nil
  end
  if (verb == "by" or verb == "rk") and argument or verb == "msg" and not argument then
    return nil
  end
  if verb == "msg" and not argument:find("> ", 1, true) then
    return nil
  end
  return verb, argument
end

-- Whether the sender is the server; nothing where neither side is, as between peers.
local function from_server(pinfo, verb, argument)
  if verb == "msg" then
    return nil
  end
  local source, destination = place(pinfo.src, pinfo.src_port), place(pinfo.dst, pinfo.dst_port)
  local port = udpchat.prefs.port
  if (pinfo.src_port == port) ~= (pinfo.dst_port == port) then
    return pinfo.src_port == port
  end
  if servers[source] or servers[destination] then
    return servers[source] == true
  end
  local told = argument and (argument == CLEAR or endpoint(argument)) and verb ~= "hi"
  servers[told and source or destination] = true
  return told and true or false
end

local function remember_request(pinfo, verb)
  local key = place(pinfo.src, pinfo.src_port) .. " " .. place(pinfo.dst, pinfo.dst_port)
  waiting[key] = waiting[key] or {}
  local open = waiting[key][verb]
  if not open or open.answered then
    waiting[key][verb] = { number = pinfo.number, time = pinfo.rel_ts }
  end
end

local function find_request(pinfo, verb, argument)
  local key = place(pinfo.dst, pinfo.dst_port) .. " " .. place(pinfo.src, pinfo.src_port)
  local open = waiting[key]
  if not open then
    return nil
  end
  local found = open[verb]
  if verb == "hi" and not argument and not (found and not found.answered) then
    found = nil
    for _, one in pairs(open) do
      if not one.answered and (not found or one.number > found.number) then
        found = one
      end
    end
  elseif verb == "rj" and argument == CLEAR and open.rk and not open.rk.answered then
    found = open.rk
  end
  return found
end

local function remember_answer(pinfo, verb, argument)
  local request = find_request(pinfo, verb, argument)
  local lists = verb == "ul" or verb == "rl"
  if request and (lists or not request.answered) then
    if not request.answered then
      requests[request.number] = pinfo.number
    end
    request.answered = true
    answers[pinfo.number] = { number = request.number, time = pinfo.rel_ts - request.time }
  end
end

local function add_arguments(tree, range, verb, argument, server)
  if not argument then
    return
  end
  local start = #verb + 1
  local rest = range:range(start)
  if verb == "msg" then
    local stop = argument:find("> ", 1, true)
    if stop > 1 then
      tree:add_packet_field(fields.name, range:range(start, stop - 1), ENC_UTF_8)
    end
    if #argument > stop + 1 then
      tree:add_packet_field(fields.text, range:range(start + stop + 1), ENC_UTF_8)
    end
    return
  end
  local host, port = endpoint(argument)
  if server and host and (verb == "ar" or verb == "rj") then
    tree:add(fields.host, range:range(start, #host), host)
    tree:add(fields.port, range:range(start + #host + 1), port)
  elseif argument == CLEAR and server then
    return
  elseif verb == "rl" or verb == "rc" or verb == "rj" then
    tree:add_packet_field(fields.room, rest, ENC_UTF_8)
  elseif verb == "hi" or verb == "ar" or verb == "ul" then
    tree:add_packet_field(fields.name, rest, ENC_UTF_8)
  end
end

function udpchat.dissector(buffer, pinfo, root)
  pinfo.cols.protocol = "udpchat"
  local size = buffer:captured_len()
  local tree = root:add(udpchat, buffer())
  local message = size > 0 and buffer:range(0, size):raw() or ""
  local verb, argument = split(message)
  if not verb then
    tree:add_proto_expert_info(strange)
    pinfo.cols.info = "not in the language, " .. size .. " bytes"
    return size
  end
  local range = buffer:range(0, size)
  local server = from_server(pinfo, verb, argument)
  local kind = verb == "msg" and "said" or server and "answer" or "request"
  if not pinfo.visited then
    if kind == "request" then
      remember_request(pinfo, verb)
    elseif kind == "answer" then
      remember_answer(pinfo, verb, argument)
    end
  end
  tree:add(fields.verb, range:range(0, #verb))
  tree:add(fields.kind, kind):set_generated()
  add_arguments(tree, range, verb, argument, server)
  if requests[pinfo.number] then
    tree:add(fields.answer_in, requests[pinfo.number]):set_generated()
  end
  local answer = answers[pinfo.number]
  if answer then
    tree:add(fields.request_in, answer.number):set_generated()
    tree:add(fields.answer_time, answer.time):set_generated()
  end
  if kind == "answer" and not argument and REFUSES[verb] then
    tree:add_proto_expert_info(refused)
  end
  pinfo.cols.info = kind .. ": " .. range:string(ENC_UTF_8):gsub("%c", "·")
  return size
end

-- What can be a name: one word of so many characters that is no word of the protocol.
local function is_name(argument)
  local characters = select(2, argument:gsub("[^\128-\191]", ""))
  return characters > 0 and characters <= 32 and not argument:find("[%s%c\127]")
end

-- On other ports: only what is a message, and names what can be a name, so that
-- nobody else loses a datagram.
local function heuristic(buffer, pinfo, root)
  local size = buffer:captured_len()
  if size < 2 then
    return false
  end
  local verb, argument = split(buffer:range(0, size):raw())
  if not verb then
    return false
  end
  local located = (verb == "ar" or verb == "rj") and argument and endpoint(argument)
  local free = verb == "msg" or located or verb == "rj" and argument == CLEAR
  if argument and not free and not is_name(argument) then
    return false
  end
  udpchat.dissector(buffer, pinfo, root)
  return true
end

local ports = DissectorTable.get("udp.port")
local registered = udpchat.prefs.port
ports:add(registered, udpchat)
udpchat:register_heuristic("udp", heuristic)

function udpchat.prefs_changed()
  if registered ~= udpchat.prefs.port then
    ports:remove(registered, udpchat)
    registered = udpchat.prefs.port
    ports:add(registered, udpchat)
  end
end
