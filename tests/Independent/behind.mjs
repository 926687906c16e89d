// A reverse proxy as people put in front of their services: one path of many, and below it everything goes to another server, WebSockets too.
import { createServer, request } from 'node:http';
import { connect } from 'node:net';

export async function behind(address, path) {
  const { hostname, port } = new URL(address);
  const server = createServer((from, to) => {
    if (!from.url.startsWith(path)) {
      to.writeHead(404).end();
      return;
    }
    from.pipe(request({ hostname, port, method: from.method, path: from.url.slice(path.length - 1), headers: from.headers }, (answer) => {
      to.writeHead(answer.statusCode, answer.headers);
      answer.pipe(to);
    }));
  });
  server.on('upgrade', (from, socket, head) => {
    const other = connect(port, hostname, () => {
      const headers = from.rawHeaders.map((text, i) => text + (i % 2 ? '\r\n' : ': ')).join('');
      other.write(`${from.method} ${from.url.startsWith(path) ? from.url.slice(path.length - 1) : '/nowhere'} HTTP/1.1\r\n${headers}\r\n`);
      other.write(head);
      other.pipe(socket).pipe(other);
    });
    other.on('error', () => socket.destroy());
    socket.on('error', () => other.destroy());
  });
  await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
  return { url: `http://127.0.0.1:${server.address().port}${path}`, close: () => { server.close(); server.closeAllConnections(); } };
}
