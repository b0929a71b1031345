import { drawBars, drawTable } from './chart.ts';
import type { ReportedCase, Results, WayResult } from './results.ts';

/** A title of a way, for people. */
export type Titles = Readonly<Record<string, string>>;

const number = (value: number, digits: number): string =>
  Number.isFinite(value) ? value.toFixed(digits) : '–';

/** A figure with about three digits. */
const figure = (value: number): string => number(value, value < 10 ? 2 : value < 100 ? 1 : 0);

/** A case as a table, and a chart of its main figure. */
function drawCase(result: ReportedCase, titles: Titles): string {
  const { ways, connections, perSecond } = result;
  const title = ({ way }: { readonly way: string }): string => titles[way] ?? way;
  const rate = perSecond === null ? 'fixed rate' : `${perSecond}/s`;
  const table = drawTable(
    [
      'way',
      'CPU ms',
      'ratio',
      'low–high',
      'gateway ms',
      `req/s (${connections} conn.)`,
      `p50 ms (${rate})`,
      'p95',
      'p99',
      'MB',
      'failed',
    ],
    ways.map((way) => [title(way), ...columns(way)]),
  );
  const bars = drawBars(
    ways.map((way) => ({ label: title(way), value: way.cpuMsPerRequest, note: ratioText(way) })),
  );
  return [`### ${result.name}`, table, fenced(bars), ...leftOut(result, titles)].join('\n\n');
}

function columns({
  cpuMsPerRequest,
  ratio,
  gatewayCpuMsPerRequest,
  requestsPerSecond,
  latencyMs,
  memoryMb,
  failures,
}: WayResult): string[] {
  return [
    figure(cpuMsPerRequest),
    ratio ? number(ratio.median, 2) : '–',
    ratio ? `${number(ratio.low, 2)}–${number(ratio.high, 2)}` : '–',
    gatewayCpuMsPerRequest === null ? '–' : figure(gatewayCpuMsPerRequest),
    figure(requestsPerSecond),
    ...(latencyMs ? [latencyMs.p50, latencyMs.p95, latencyMs.p99].map(figure) : ['–', '–', '–']),
    String(memoryMb),
    String(failures),
  ];
}

const ratioText = ({ ratio, cpuMsPerRequest }: WayResult): string =>
  `${figure(cpuMsPerRequest)} ms${ratio ? `, ${number(ratio.median, 2)}×` : ''}`;

const fenced = (text: string): string => `\`\`\`\n${text}\n\`\`\``;

function leftOut({ left }: ReportedCase, titles: Titles): string[] {
  return left.map(
    ({ way, reason }) => `Not measured: ${titles[way] ?? way}, since ${reason.split('\n')[0] ?? ''}.`,
  );
}

/** A curve: the main figure of every way at each of its points, and how the last point charts. */
function drawCurve(name: string, points: readonly ReportedCase[], titles: Titles): string {
  const names = [...new Set(points.flatMap(({ ways }) => ways.map(({ way }) => way)))];
  const at = (way: string, point: ReportedCase): string => {
    const found = point.ways.find((one) => one.way === way);
    if (!found) return '–';
    const { cpuMsPerRequest, ratio, failures } = found;
    const failed = failures > 0 ? `, ${failures} failed` : '';
    return `${figure(cpuMsPerRequest)} (${ratio ? number(ratio.median, 2) : '–'}×)${failed}`;
  };
  const table = drawTable(
    [`CPU ms (ratio), ${name}`, ...points.map((point) => point.name.replace(`${name} `, ''))],
    names.map((way) => [titles[way] ?? way, ...points.map((point) => at(way, point))]),
  );
  const last = points.at(-1);
  const bars = last
    ? drawBars(
        last.ways.map((way) => ({
          label: titles[way.way] ?? way.way,
          value: way.cpuMsPerRequest,
          note: ratioText(way),
        })),
      )
    : '';
  const reasons = new Set(points.flatMap((point) => leftOut(point, titles)));
  return [`### ${name}`, table, last ? `${last.name}:\n\n${fenced(bars)}` : '', ...reasons].join('\n\n');
}

/** All of a run, as Markdown that a terminal shows as well. */
export function drawResults(results: Results, titles: Titles): string {
  const { machine, cases, absent, authorization } = results;
  const byScenario = Map.groupBy(cases, ({ scenario }) => scenario);
  const parts = [...byScenario].map(([name, points]) =>
    points.length === 1 && points[0] ? drawCase(points[0], titles) : drawCurve(name, points, titles),
  );
  return [
    `Commit ${results.commit}, ${results.date.slice(0, 10)}; ${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GB, Node ${machine.node}; ${results.rounds} rounds of ${results.seconds} s, demo data at scale ${results.scale}.`,
    ...parts,
    ...absent.map(({ way, reason }) => `Absent: ${titles[way] ?? way}, since ${reason}.`),
    ...(authorization
      ? [
          `Authorization takes ${number(authorization.authorizationMicroseconds, 1)} µs of a warm dashboard query, ${number(authorization.authorizationPercent, 2)} % of its CPU; limits take ${number(authorization.limitsMicroseconds, 1)} µs, ${number(authorization.limitsPercent, 2)} %.`,
        ]
      : []),
  ].join('\n\n');
}
