import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder once: it appears only when it is whole, so that its being there says that nothing is left to do.
 * @param fill makes the contents in the folder it is given, which then becomes `folder`
 */
export async function wholeFolder(folder: string, fill: (partial: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  const partial = `${folder}.partial-${process.pid}`;
  await mkdir(dirname(folder), { recursive: true });
  try {
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial);
    await fill(partial);
    await rename(partial, folder).catch((error: unknown) => {
      // Another process may have made the same folder meanwhile; either is as good.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
