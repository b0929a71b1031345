import { badInput } from '@cdx/kit';
import { Ajv, type ErrorObject } from 'ajv';
import type { MetricGranularity } from '../generated/resolvers.ts';

interface WidgetBase {
  /** Names the widget within its dashboard. */
  readonly id: string;
  readonly title: string;
  /** Where it lies, in columns and rows of the page's grid. */
  readonly layout?: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
}

/** A metric over time, or its sum. */
export interface MetricWidget extends WidgetBase {
  readonly type: 'series' | 'number';
  readonly metric: string;
  readonly granularity: MetricGranularity;
  readonly device?: string;
  readonly country?: string;
}

export interface TopEventsWidget extends WidgetBase {
  readonly type: 'top_events';
  readonly first: number;
}

export interface FunnelWidget extends WidgetBase {
  readonly type: 'funnel';
  readonly steps: readonly string[];
}

export type Widget = MetricWidget | TopEventsWidget | FunnelWidget;

/** What a dashboard shows. */
export interface DashboardConfig {
  readonly widgets: readonly Widget[];
}

/** The most widgets of a dashboard. */
const maxWidgets = 24;

const eventName = { type: 'string', pattern: '^[a-z][a-z0-9_]*(\\.[a-z0-9_]+)*$', maxLength: 100 };
const base = {
  id: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,49}$' },
  title: { type: 'string', minLength: 1, maxLength: 100 },
  layout: {
    type: 'object',
    properties: {
      x: { type: 'integer', minimum: 0, maximum: 23 },
      y: { type: 'integer', minimum: 0, maximum: 999 },
      width: { type: 'integer', minimum: 1, maximum: 24 },
      height: { type: 'integer', minimum: 1, maximum: 99 },
    },
    required: ['x', 'y', 'width', 'height'],
    additionalProperties: false,
  },
};

/** A widget of some types, with the properties that these have beside those that all have. */
function widget(
  types: readonly string[],
  properties: Record<string, object>,
  optional: readonly string[] = [],
) {
  return {
    properties: { ...base, type: { enum: types }, ...properties },
    required: ['id', 'title', ...Object.keys(properties).filter((property) => !optional.includes(property))],
    additionalProperties: false,
  };
}

/** The JSON Schema of a dashboard's config. */
export const dashboardConfigSchema = {
  type: 'object',
  properties: {
    widgets: {
      type: 'array',
      maxItems: maxWidgets,
      items: {
        type: 'object',
        required: ['type'],
        discriminator: { propertyName: 'type' },
        oneOf: [
          widget(
            ['series', 'number'],
            {
              metric: {
                type: 'string',
                pattern: '^(events|users|sessions)(\\.[a-z0-9_]+)*$',
                maxLength: 150,
              },
              granularity: { enum: ['hour', 'day', 'week', 'month'] },
              device: { type: 'string', minLength: 1, maxLength: 50 },
              country: { type: 'string', pattern: '^[A-Z]{2}$' },
            },
            ['device', 'country'],
          ),
          widget(['top_events'], { first: { type: 'integer', minimum: 1, maximum: 100 } }),
          widget(['funnel'], {
            steps: { type: 'array', items: eventName, minItems: 2, maxItems: 8, uniqueItems: true },
          }),
        ],
      },
    },
  },
  required: ['widgets'],
  additionalProperties: false,
};

const isConfig = new Ajv({ discriminator: true }).compile<DashboardConfig>(dashboardConfigSchema);

/**
 * A dashboard's config, checked against its JSON Schema and against what a schema cannot say.
 * @throws BAD_USER_INPUT naming the part that is wrong, and what was expected there
 */
export function parseConfig(value: unknown, field = 'input.config'): DashboardConfig {
  if (!isConfig(value)) throw wrongPart(field, isConfig.errors ?? []);
  for (const [index, { id, ...part }] of value.widgets.entries()) {
    const path = `${field}.widgets.${index}`;
    if (value.widgets.findIndex((other) => other.id === id) < index)
      throw badInput(`${path}.id`, 'one that no other widget of the dashboard has');
    if (!('metric' in part)) continue;
    const parts = [part.device, part.country].filter((given) => given !== undefined);
    if (parts.length > 1) throw badInput(path, 'of a device or of a country, not both');
    if (parts.length > 0 && !part.metric.startsWith('events'))
      throw badInput(`${path}.metric`, 'a count of events, since parts are kept of no other');
  }
  return value;
}

function wrongPart(field: string, [error]: readonly ErrorObject[]): Error {
  const path = (error?.instancePath ?? '').replaceAll('/', '.');
  const missing = error?.keyword === 'required' ? `.${String(error.params.missingProperty)}` : '';
  if (missing) return badInput(`${field}${path}${missing}`, 'given');
  if (error?.keyword === 'additionalProperties')
    return badInput(
      `${field}${path}.${String(error.params.additionalProperty)}`,
      'left out: there is no such property',
    );
  if (error?.keyword === 'discriminator')
    return badInput(`${field}${path}.type`, 'series, number, top_events or funnel');
  return badInput(`${field}${path}`, (error?.message ?? 'valid').replace(/^must be /, ''));
}
