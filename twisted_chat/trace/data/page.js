"use strict";
const frames = JSON.parse(document.getElementById("frames").textContent);
const explained = JSON.parse(document.getElementById("explained").textContent);
const panel = document.getElementById("packet");
const shelf = document.getElementById("inside");
const shown = document.getElementById("shown");
const which = document.getElementById("which");
const boxes = [...document.querySelectorAll(".filters input")];
const packets = [...document.querySelectorAll(".packet")];
let current = null;

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function parsed(hex) {
  return (hex.match(/../g) || []).map((pair) => parseInt(pair, 16));
}

function sized(name, size) {
  return `${name}, ${size} ${size === 1 ? "byte" : "bytes"}`;
}

function table(fields) {
  const list = element("dl", "");
  for (const [name, start, value, why] of fields) {
    list.append(element("dt", name));
    const told = element("dd", value);
    told.title = `from byte ${start} on`;
    if (why) told.append(element("small", explained[why]));
    list.append(told);
  }
  return list;
}

function inside(opened) {
  const list = element("dl", "");
  for (const [layer, text] of opened) list.append(element("dt", layer), element("dd", text));
  return list;
}

function dump(bytes) {
  const width = matchMedia("(max-width: 40rem)").matches ? 8 : 16;
  const lines = [];
  for (let start = 0; start < bytes.length; start += width) {
    const piece = bytes.slice(start, start + width);
    const hex = piece.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = piece.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : "."));
    lines.push(`${start.toString(16).padStart(4, "0")}  ${hex.padEnd(3 * width - 1)}  ${text.join("")}`);
  }
  return lines.join("\n");
}

function open(packet) {
  if (current) current.removeAttribute("aria-current");
  current = packet;
  packet.setAttribute("aria-current", "true");
  const frame = frames[packet.dataset.packet];
  const bytes = parsed(frame.bytes);
  shelf.replaceChildren(
    element("h2", `Packet ${packet.dataset.packet}`),
    ...frame.about.map((text) => element("p", text)),
  );
  for (const [name, start, end, layer, fields] of frame.layers) {
    const piece = bytes.slice(start, end);
    if (!piece.length) continue;
    shelf.append(element("h3", `${sized(name, piece.length)} (${layer})`));
    shelf.append(element("pre", dump(piece)));
    if (fields.length) shelf.append(table(fields));
  }
  for (const [name, plain, found] of frame.opened) {
    const piece = parsed(plain);
    shelf.append(element("h3", sized(`Opened: ${name}`, piece.length)));
    shelf.append(inside(found), element("pre", dump(piece)));
  }
  panel.hidden = false;
  document.body.classList.add("open");
  panel.scrollTop = 0;
  packet.scrollIntoView({ block: "nearest" });
}

function close() {
  panel.hidden = true;
  document.body.classList.remove("open");
  if (current) {
    current.removeAttribute("aria-current");
    current.focus();
    current = null;
  }
}

function filter() {
  const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  let count = 0;
  for (const talk of document.querySelectorAll(".talk")) {
    talk.hidden = which.value !== "" && talk.id !== which.value;
    for (const packet of talk.querySelectorAll(".packet")) {
      const visible = wanted.has(packet.dataset.purpose);
      packet.parentElement.hidden = !visible;
      if (visible && !talk.hidden) count += 1;
    }
  }
  shown.textContent = `${count} of ${packets.length} packets`;
}

function step(packet, direction) {
  const visible = packets.filter((one) => one.offsetParent);
  const next = visible[visible.indexOf(packet) + direction];
  if (next) {
    next.focus();
    if (current) open(next);
  }
}

document.querySelector("main").addEventListener("click", (event) => {
  const packet = event.target.closest(".packet");
  if (packet) open(packet);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !panel.hidden) close();
  const packet = document.activeElement.closest(".packet");
  const direction = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (packet && direction) {
    event.preventDefault();
    step(packet, direction);
  }
});
document.getElementById("close").addEventListener("click", close);
document.querySelector(".filters").addEventListener("change", filter);
document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
if (matchMedia("(max-width: 40rem)").matches) document.getElementById("choices").open = false;
filter();
