import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { install } from './install.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Starts the machine's Chromium; on Debian, where there is none, it is installed first. */
export async function aBrowser(): Promise<Browser> {
  const executablePath = findOnPath() ?? installChromium();
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

function findOnPath(): string | undefined {
  const candidates = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function installChromium(): string {
  try {
    install('chromium');
  } catch (error) {
    throw new Error(
      'The tests of pages need Chromium on PATH. Install it, on Debian: apt-get install chromium',
      { cause: error },
    );
  }
  const found = findOnPath();
  if (found === undefined) throw new Error('Chromium was installed and is not on PATH');
  return found;
}
