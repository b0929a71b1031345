/**
 * Reads JSON that somebody else has sent, for a schema to check.
 * @returns undefined, which no JSON is, for a text that is none
 */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
