import { readSettings } from '@cdx/kit';
import { z } from 'zod';
import { limitSettings, type LimitSettings } from './settings.ts';

/** Limits for tests: those that hold by default, but for the settings that are given. */
export function limitsOf(given: Partial<Record<keyof typeof limitSettings, string>> = {}): LimitSettings {
  return readSettings(z.object(limitSettings), given);
}
