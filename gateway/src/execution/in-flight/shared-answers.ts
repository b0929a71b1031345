import { writeJson } from '@cdx/kit';
import type { FormattedExecutionResult } from 'graphql';

/** The data of answers that several callers get: none of them can change it for the others, and it is written once. */
export class SharedAnswers {
  readonly #texts = new WeakMap<object, { text?: string }>();

  /** Lets data be given to several callers. */
  share(data: object): void {
    freeze(data);
    this.#texts.set(data, {});
  }

  /** An answer as it is sent: what `JSON.stringify` would make of it, in the order that the specification asks for. */
  readonly write = ({ errors, data, extensions }: FormattedExecutionResult): string => {
    const shared = data && this.#texts.get(data);
    if (!shared) return `${writeJson({ errors, data, extensions })}\n`;
    shared.text ??= writeJson(data);
    const parts = [
      ...(errors ? [`"errors":${JSON.stringify(errors)}`] : []),
      `"data":${shared.text}`,
      ...(extensions ? [`"extensions":${JSON.stringify(extensions)}`] : []),
    ];
    return `{${parts.join(',')}}\n`;
  };
}

function freeze(data: object): void {
  const open: object[] = [data];
  for (let one = open.pop(); one; one = open.pop()) {
    Object.freeze(one);
    for (const part of Object.values(one)) if (isOpen(part)) open.push(part);
  }
}

/** The contents of buffers cannot be frozen. */
function isOpen(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Object.isFrozen(value) && !ArrayBuffer.isView(value);
}
