import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';

/** How often a file is looked at, in milliseconds. */
const intervalMs = 1_000;

/** A file's content, as it is now. */
export interface Followed<Content> {
  current(): Content;
  close(): void;
}

/**
 * Reads a file, and again whenever it changes. A change that cannot be read is refused and logged, and the content
 * before it goes on. It is asked for by time, since events get lost where a volume replaces a file by a link.
 * @param read makes the content of the file's text; what it throws refuses the text
 * @throws what `read` throws, or the system's error, when the file is wrong from the start
 */
export async function followFile<Content>(
  file: string,
  read: (text: string) => Content,
  log: Logger,
): Promise<Followed<Content>> {
  let text = await readFile(file, 'utf8');
  let content = read(text);
  const reload = async (): Promise<void> => {
    try {
      const next = await readFile(file, 'utf8');
      if (next === text) return;
      content = read(next);
      text = next;
      log.info({ file }, 'a file has changed and is read again');
    } catch (error) {
      log.error({ error, file }, 'a file that has changed is refused; its old content goes on');
    }
  };
  const onChange = (): void => void reload();
  watchFile(file, { interval: intervalMs, persistent: false }, onChange);
  return { current: () => content, close: () => unwatchFile(file, onChange) };
}
