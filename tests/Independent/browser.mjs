// The browser that the pages are looked at in: Debian's Chromium, Ubuntu's (a snap), Google's, or the one that CHROMIUM names.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome', '/snap/bin/chromium', '/usr/bin/chromium-browser'];

/** @returns {Promise<import('playwright-core').Browser>} a browser without a window */
export function launch() {
  const executablePath = places.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error(`no browser at ${places.filter(Boolean).join(', ')}: run launch/setup.sh all, or name one in CHROMIUM`);
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}
