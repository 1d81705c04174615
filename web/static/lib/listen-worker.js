// The listen socket lives here, away from the page's thread: a page busy for 150 ms costs no sound (web.md §0).

let socket = null;
let frames = null;

const clock = () => performance.timeOrigin + performance.now();

self.onmessage = ({ data }) => {
  if (data.type === "open") open(data);
  else if (data.type === "send") send(data.message);
  else if (data.type === "close") close();
};

function open({ url, port, fromMs }) {
  close();
  frames = port;
  frames.onmessage = ({ data: seq }) => send({ type: "stats", seq, client_time: clock() });
  const mine = (socket = new WebSocket(url));
  mine.binaryType = "arraybuffer";
  mine.onopen = () => send({ type: "hello", acks: true, from_ms: fromMs ?? null });
  mine.onmessage = ({ data }) => {
    if (mine !== socket) return;
    if (typeof data === "string") self.postMessage({ type: "control", message: JSON.parse(data), at: clock() });
    else frames.postMessage(data, [data]);
  };
  mine.onclose = ({ code, reason }) => {
    if (mine === socket) self.postMessage({ type: "closed", code, reason });
  };
}

function send(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function close() {
  socket?.close(1000);
  frames?.close();
  socket = frames = null;
}
