// A training report in a real browser: opens the page wide, in the dark scheme and on a phone, and prints what each then shows, as JSON.
//   node report.mjs ADDRESS [SCREENSHOT-PREFIX]
import { launch } from './browser.mjs';

const [address, screenshots] = process.argv.slice(2);
const browser = await launch();

/** Runs inside the page. */
function look() {
  const text = (element) => element.innerText.replace(/\s+/g, ' ').trim();
  const box = (element) => { const { left, top, right, bottom } = element.getBoundingClientRect(); return { left, top: top + scrollY, right, bottom: bottom + scrollY }; };
  const parse = (colour) => { const [r, g, b, a = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number); return { r, g, b, a }; };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.a === 1) return colour;
      if (colour.a > 0) return null;
    }
    return parse('rgb(255, 255, 255)');
  };
  const luminance = ({ r, g, b }) => [r, g, b].map((value) => value / 255).map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (element) => {
    const [page, ink] = [behind(element), parse(getComputedStyle(element).color)];
    if (!page) return Infinity;
    const [light, dark] = [luminance(page), luminance(ink)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const written = [...document.querySelectorAll('main *')].filter((element) => element.checkVisibility() && [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim()));
  // The plots are canvases: which ticks they have is asked of the library, whether lines are drawn of the pixels.
  const charts = [...document.querySelectorAll('.chart')].map((chart) => {
    const u = [...chart.children].find((child) => child.chart).chart;
    const { left, top, width, height } = u.bbox;
    const pixels = u.ctx.getImageData(left, top, width, height).data;
    const near = ([r, g, b]) => { let count = 0; for (let i = 0; i < pixels.length; i += 4) if (pixels[i + 3] > 200 && Math.abs(pixels[i] - r) + Math.abs(pixels[i + 1] - g) + Math.abs(pixels[i + 2] - b) < 30) count++; return count; };
    return {
      title: text(chart.querySelector('h3')),
      axes: u.axes.map((axis) => ({ label: axis.label ?? '', ticks: (axis._values ?? []).filter((value) => value !== '' && value !== null).map(String) })),
      series: u.series.slice(1).map((line) => ({ label: line.label, pixels: near([1, 3, 5].map((at) => parseInt(line._stroke.slice(at, at + 2), 16))) })),
      plot: box(chart.querySelector('.u-over')),
      legend: box(chart.querySelector('.u-legend')),
      legendText: text(chart.querySelector('.u-legend')),
    };
  });
  const background = (element) => getComputedStyle(element).backgroundColor;
  return {
    title: text(document.querySelector('h1')),
    background: background(document.body),
    window: { width: innerWidth, height: innerHeight },
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    headings: [...document.querySelectorAll('h2')].map(text),
    cards: [...document.querySelectorAll('.card')].map((card) => ({ label: text(card.querySelector('.label')), figure: text(card.querySelector('b')), against: text(card.querySelector('.small')), box: box(card) })),
    findings: [...document.querySelectorAll('.findings li')].map(text),
    tables: [...document.querySelectorAll('table:not(.u-legend):not(.matrix)')].filter((table) => table.checkVisibility()).map((table) => [...table.rows].map((row) => ({ cells: [...row.cells].map((cell) => ({ text: text(cell), best: cell.classList.contains('best'), background: background(cell) })) }))),
    images: [...document.querySelectorAll('.shot img')].map((image) => image.complete && image.naturalWidth > 0),
    faintest: written.map((element) => ({ text: text(element).slice(0, 40), contrast: contrast(element) })).sort((a, b) => a.contrast - b.contrast)[0],
    charts,
  };
}

try {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  const page = await context.newPage();
  const problems = [];
  const elsewhere = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
  page.on('request', (request) => { if (!request.url().startsWith(address) && !request.url().startsWith('data:')) elsewhere.push(request.url()); });
  await page.goto(address);
  const shown = {};
  const shapes = [['wide', 1200, 900, 'light'], ['dark', 1200, 900, 'dark'], ['phone', 400, 860, 'light']];
  for (const [name, width, height, colorScheme] of shapes) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    // Charts take a new width in the frame after the window did.
    await page.waitForFunction(() => [...document.querySelectorAll('.chart')].every((chart) => { const host = [...chart.children].find((child) => child.chart); return Math.abs(host.chart.width - Math.floor(host.clientWidth)) <= 1; }), null, { timeout: 30000 });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    shown[name] = await page.evaluate(look);
    if (screenshots) await page.screenshot({ path: `${screenshots}-${name}.png`, fullPage: true });
  }
  console.log(JSON.stringify({ ...shown, problems, elsewhere }));
} finally {
  await browser.close();
}
