# Completion of tcpchat for fish; made by python -m tests.make_manuals.
complete -c tcpchat -f
complete -c tcpchat -n __fish_is_first_token -a 'attach'
complete -c tcpchat -l connect -s c -x -d 'HOST:PORT or endpoint to call first, such as tls:example.org:8090'
complete -c tcpchat -l help -s h -d 'Display this help and exit'
complete -c tcpchat -l json -d 'Tell each event in a line of JSON, and take orders so: docs/events.md'
complete -c tcpchat -l line -d 'Chat in lines, with an input line below them'
complete -c tcpchat -l listen -s l -x -d 'Endpoint to listen on instead, such as tcp6:8090 or unix:chat.sock'
complete -c tcpchat -l trace -rF -d 'A new file to record the traffic into, for chat-analyze or Wireshark'
complete -c tcpchat -l trace-size -x -d 'MiB at which recording stops'
complete -c tcpchat -l version -d 'Print the version of twisted-chat and exit'
