// The peer of loadtest/fanout.py: Bun's own publish and subscribe, fed over a line protocol ("TOPIC TEXT\n").
// usage: bun bun-pubsub.mjs WEBSOCKET_PORT PUBLISH_PORT
const [websocketPort, publishPort] = process.argv.slice(2).map(Number);

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: websocketPort,
  fetch: (request, server) =>
    server.upgrade(request) ? undefined : new Response('a WebSocket server', { status: 426 }),
  websocket: {
    perMessageDeflate: false,
    // Slow readers are not what is measured: none is cut off.
    backpressureLimit: 16 * 1024 * 1024,
    message: (socket, text) => socket.subscribe(JSON.parse(text).topic),
  },
});

const decoder = new TextDecoder();
let begun = '';
Bun.listen({
  hostname: '127.0.0.1',
  port: publishPort,
  socket: {
    data(_socket, bytes) {
      const lines = (begun + decoder.decode(bytes)).split('\n');
      begun = lines.pop();
      for (const line of lines) {
        const space = line.indexOf(' ');
        server.publish(line.slice(0, space), line.slice(space + 1));
      }
    },
  },
});
