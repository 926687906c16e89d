// The page of a running calibration in a real browser: waits for views, prints what it shows on each kind of screen, ends the calibration and prints the result, as JSON.
//   node calibrate-page.mjs URL VIEWS [SCREENSHOT-PREFIX]       VIEWS: wait until so many were kept, 0 = only for the end
import { launch } from './browser.mjs';

const [url, views, screenshots] = process.argv.slice(2);
const browser = await launch();

/** Runs inside the page. */
function look() {
  const of = (id) => document.getElementById(id).textContent;
  const canvas = document.getElementById('picture');
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let green = 0;
  for (let i = 0; i < pixels.length; i += 4) if (pixels[i] < 120 && pixels[i + 1] > 200 && pixels[i + 2] < 160) green++;
  const box = (element) => { const { left, top, right, bottom } = element.getBoundingClientRect(); return { left, top, right, bottom }; };
  return {
    state: of('state'), next: of('next'), views: Number(of('views')), error: of('error'), found: of('found'), source: of('source'), board: of('board'), refusal: of('refusal'),
    goals: [...document.querySelectorAll('#goals li')].map((li) => ({ name: li.children[0].textContent, figure: li.children[1].textContent, isReached: li.classList.contains('reached') })),
    map: [...document.querySelectorAll('#map span')].map((cell) => cell.className),
    canFinish: !document.getElementById('finish').disabled,
    canvas: { width: canvas.width, height: canvas.height, green },
    finish: box(document.getElementById('finish')), picture: box(canvas),
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    background: getComputedStyle(document.body).backgroundColor,
  };
}

/** Runs inside the page when it has ended. */
function lookAtResult() {
  const of = (id) => document.getElementById(id).textContent;
  const canvas = document.getElementById('picture');
  return {
    next: of('next'), state: of('state'), verdict: of('verdict'), outcome: of('outcome'), file: of('file'), command: of('command'), reading: document.getElementById('reading').checkVisibility(), switches: document.getElementById('mirror').checkVisibility(), views: of('views'), error: of('error'),
    canvas: { width: canvas.width, height: canvas.height }, overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  };
}

try {
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 }, colorScheme: 'light' });
  const problems = [];
  const elsewhere = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
  page.on('request', (request) => { if (!request.url().startsWith(url) && !request.url().startsWith(url.replace('http', 'ws')) && !request.url().startsWith('blob:')) elsewhere.push(request.url()); });
  await page.goto(url);
  const shown = {};
  if (Number(views) > 0) {
    // What the board in sight gives: a picture with its corners, and a result so far.
    await page.waitForFunction((least) => Number(document.getElementById('views').textContent) >= least && document.getElementById('error').textContent !== '–'
      && document.getElementById('stage').classList.contains('seen'), Number(views), { timeout: 50000 });
    for (const [name, width, height, colorScheme] of [['wide', 1200, 800, 'light'], ['dark', 1200, 800, 'dark'], ['phone', 400, 860, 'dark']]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      // The page hears of the system's colours by an event, some time later.
      await page.waitForFunction((theme) => document.documentElement.dataset.theme === theme && document.getElementById('stage').classList.contains('seen'), colorScheme, { timeout: 30000 });
      shown[name] = await page.evaluate(look);
      if (screenshots) await page.screenshot({ path: `${screenshots}-${name}.png`, fullPage: true });
    }
    // Both switches are kept by the browser; sound must not fail where there is none.
    await page.click('#mirror');
    await page.click('#sound');
    shown.mirrored = { kept: await page.evaluate(() => [localStorage.mirror, localStorage.sound]), turned: await page.evaluate(() => getComputedStyle(document.getElementById('stage')).transform), next: (await page.evaluate(look)).next };
    if (screenshots) await page.screenshot({ path: `${screenshots}-mirror.png` });
    await page.click('#finish');
  } else {
    await page.waitForFunction(() => document.getElementById('picture').width !== 640 || document.getElementById('state').dataset.state === 'searching', null, { timeout: 50000 });
    shown.empty = await page.evaluate(look);
    console.error('empty');
  }
  await page.waitForSelector('#result:not([hidden])', { timeout: 60000 });
  for (const [name, width, height] of [['result', 1200, 800], ['resultOnPhone', 400, 860]]) {
    await page.setViewportSize({ width, height });
    shown[name] = await page.evaluate(lookAtResult);
    if (screenshots) await page.screenshot({ path: `${screenshots}-${name}.png`, fullPage: true });
  }
  // The result is still there for who comes again.
  await page.reload();
  await page.waitForSelector('#result:not([hidden])', { timeout: 20000 });
  shown.reloaded = await page.evaluate(lookAtResult);
  console.log(JSON.stringify({ ...shown, problems, elsewhere }));
} finally {
  await browser.close();
}
