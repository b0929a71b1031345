/** A line of a chart. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** What stands behind the bar. */
  readonly note: string;
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/**
 * Draws bars for a terminal, the longest as wide as told; shorter is better wherever it is used here.
 * @param width of the longest bar, in characters
 */
export function drawBars(bars: readonly Bar[], width = 40): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const labelWidth = Math.max(...bars.map(({ label }) => label.length));
  return bars
    .map(({ label, value, note }) => `  ${label.padEnd(labelWidth)} ${barOf(value / most, width)} ${note}`)
    .join('\n');
}

function barOf(share: number, width: number): string {
  const parts = Math.max(1, Math.round(share * width * 8));
  return ('█'.repeat(Math.floor(parts / 8)) + (eighths[parts % 8] ?? '')).padEnd(width);
}

/** Draws a table in Markdown, which a terminal shows as well; all columns but the first hold numbers. */
export function drawTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => pad(cells[column] ?? '', width, column)).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

const pad = (text: string, width: number, column: number): string =>
  column === 0 ? text.padEnd(width) : text.padStart(width);
