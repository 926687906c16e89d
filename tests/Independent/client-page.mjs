// A page that uses the JavaScript client, in a real browser: serves a folder, opens its page, and prints what it shows after so many frames, as JSON.
//   node client-page.mjs FOLDER PAGE FRAMES
import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { launch } from './browser.mjs';

const [folder, path, frames] = process.argv.slice(2);
const types = { '.html': 'text/html', '.js': 'text/javascript' };
const server = createServer((request, response) => {
  const file = join(folder, normalize(new URL(request.url, 'http://localhost').pathname));
  if (!existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(file));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await launch();
try {
  const page = await browser.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('404')) problems.push(message.text()); });
  await page.addInitScript(() => {
    window.lines = new Set();
    addEventListener('DOMContentLoaded', () => new MutationObserver(() => window.lines.add(document.getElementById('line').textContent)).observe(document.getElementById('line'), { childList: true }));
  });
  await page.goto(`http://127.0.0.1:${server.address().port}/${path}`);
  try {
    await page.waitForFunction((count) => window.lines.size >= count, Number(frames), { timeout: 60000 });
  } catch (error) {
    problems.push(error.message);
  }
  const shown = await page.evaluate(() => {
    const canvas = document.getElementById('classes');
    return { lines: [...window.lines], width: canvas.width, height: canvas.height, pixels: [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data] };
  });
  console.log(JSON.stringify({ ...shown, problems }));
} finally {
  await browser.close();
  server.close();
}
