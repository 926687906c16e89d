// The dashboard in a real browser: opens it, points at a pixel of the depth image, and prints what the page then shows, as JSON.
//   node dashboard.mjs URL X Y [SCREENSHOT] [WAIT-FOR] [PATH]    X and Y: 0..1 of the image; SCREENSHOT: a PNG of its first screen; WAIT-FOR: a selector that has
//                                                                to appear; PATH: through a reverse proxy that serves the page below that path
import { behind } from './behind.mjs';
import { launch } from './browser.mjs';

const [address, x, y, screenshot, waitFor, path] = process.argv.slice(2);
const proxy = path && (await behind(address, path));
const url = proxy?.url ?? address;
const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme: 'dark' });
  const problems = [];
  const elsewhere = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
  page.on('request', (request) => { if (!request.url().startsWith(url) && !request.url().startsWith('blob:') && !request.url().startsWith('data:')) elsewhere.push(request.url()); });
  // What the frames' messages weigh, in total and by part.
  const weights = [];
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => {
    const header = JSON.parse(payload.subarray(4, 4 + payload.readUInt32LE(0)));
    weights.push({ message: payload.length, ...Object.fromEntries(header.parts.map((part) => [part.name, part.bytes])) });
  }));
  await page.goto(url);
  const depth = page.locator('figure[data-view=depth] > canvas');
  await page.waitForFunction(() => Number(document.querySelector('#legend li span:last-child')?.textContent.length) >= 0 && document.querySelector('figure[data-view=depth] > canvas').width !== 300, null, { timeout: 60000 });
  await depth.scrollIntoViewIfNeeded();
  const box = await depth.boundingBox();
  await page.mouse.move(box.x + box.width * Number(x), box.y + box.height * Number(y));
  await page.waitForFunction(() => document.getElementById('probe').dataset.sequence, null, { timeout: 30000 });
  await page.waitForSelector(waitFor ?? '#health li[data-name=broker]', { timeout: 60000, state: 'attached' });
  await page.waitForFunction(() => document.querySelector('#latency tr:nth-child(2)'), null, { timeout: 30000 });
  const shown = await page.evaluate(() => {
    const dot = (id, at) => { const c = document.querySelector(`figure[data-view=${id}] > canvas`); return [...c.getContext('2d').getImageData(at[0], at[1], 1, 1).data.slice(0, 3)]; };
    return {
      probe: { ...document.getElementById('probe').dataset },
      facing: document.querySelector('#probe .facing').textContent,
      probeText: document.querySelector('#probe b').textContent,
      legend: [...document.querySelectorAll('#legend li')].map((li) => ({ name: li.children[1].textContent, colour: getComputedStyle(li.children[0]).backgroundColor })),
      health: [...document.querySelectorAll('#health li')].map((li) => ({ name: li.dataset.name, level: li.dataset.level, cause: li.dataset.cause, text: li.textContent })),
      state: document.getElementById('state').textContent,
      stages: [...document.querySelectorAll('#latency tr td:first-child')].map((td) => td.textContent),
      model: document.getElementById('model').textContent,
      measured: document.getElementById('measured').hidden ? '' : document.querySelector('#measured dl').textContent,
      charts: document.querySelectorAll('.chart canvas').length,
      segmentation: dot('segmentation', [2, 2]),
      canvas: { width: document.querySelector('figure[data-view=depth] > canvas').width, height: document.querySelector('figure[data-view=depth] > canvas').height },
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    };
  });
  if (screenshot) {
    await page.evaluate(() => window.scrollTo(0, 0));
    await page.screenshot({ path: screenshot });
  }
  await page.setViewportSize({ width: 400, height: 860 });
  shown.overflowOnPhone = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const bytes = Object.fromEntries(Object.keys(weights[0]).map((name) => [name, Math.round(weights.reduce((sum, one) => sum + one[name], 0) / weights.length)]));
  console.log(JSON.stringify({ ...shown, frames: weights.length, bytes, problems, elsewhere }));
} finally {
  await browser.close();
  proxy?.close();
}
