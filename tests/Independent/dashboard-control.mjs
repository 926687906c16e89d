// The dashboard's switches in a real browser: sets, records, and prints what the page then shows, as JSON.
//   node dashboard-control.mjs URL DOWNLOAD [SCREENSHOT-FOLDER]       DOWNLOAD: where the recording is saved that the page links to
import { launch } from './browser.mjs';

const [url, saved, folder] = process.argv.slice(2);
const browser = await launch();
const patience = { timeout: 60000 };
try {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme: 'dark' });
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(url);
  await page.waitForSelector('#control:not([hidden]) #parameters select', patience);
  const outcome = async (ok) => {
    await page.waitForSelector(`#outcome[data-ok="${ok}"]`, patience);
    return page.textContent('#outcome');
  };
  const parameters = await page.evaluate(() => [...document.querySelectorAll('#parameters label')].map((label) => {
    const input = label.lastElementChild;
    return { name: input.id.replace('set-', ''), value: input.value, words: [...(input.options ?? [])].map((o) => o.value), title: label.title };
  }));
  await page.selectOption('#set-depth-encoding', 'rvl');
  const set = await outcome(true);
  await page.fill('#set-overlay-rate', '99');
  await page.press('#set-overlay-rate', 'Enter');
  const refused = await outcome(false);
  await page.waitForFunction(() => document.getElementById('set-depth-encoding').value === 'rvl', null, patience);
  await page.evaluate(() => document.activeElement.blur());

  await page.click('#record');
  const started = await outcome(true);
  await page.waitForFunction(() => Number(/: (\d+) frames/.exec(document.getElementById('recording').textContent)?.[1]) > 2, null, patience);
  const pressed = await page.getAttribute('#record', 'aria-pressed');
  await page.click('#record');
  await page.waitForFunction(() => document.getElementById('outcome').textContent.startsWith('recorded'), null, patience);
  const stopped = await page.textContent('#outcome');
  await page.waitForSelector('#recorded tr a', patience);
  const row = await page.evaluate(() => [...document.querySelectorAll('#recorded tr')].map((tr) => [...tr.children].map((td) => td.textContent))[0]);
  const downloading = page.waitForEvent('download', patience);
  await page.click('#recorded tr a');
  const download = await downloading;
  await download.saveAs(saved);

  const overflow = {};
  for (const [name, size] of Object.entries({ desktop: { width: 1200, height: 900 }, phone: { width: 400, height: 860 } })) {
    await page.setViewportSize(size);
    for (const theme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme: theme });
      await page.waitForFunction((theme) => document.documentElement.dataset.theme === theme, theme, patience);
      await page.locator('#log').scrollIntoViewIfNeeded();
      await page.locator('#control').evaluate((e) => window.scrollTo(0, e.getBoundingClientRect().top + window.scrollY - 120));
      overflow[`${name} ${theme}`] = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (folder) await page.screenshot({ path: `${folder}/${name}-${theme}.png` });
    }
  }
  console.log(JSON.stringify({ parameters, set, refused, started, pressed, stopped, row, download: download.suggestedFilename(), overflow, problems }));
} finally {
  await browser.close();
}
