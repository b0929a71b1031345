import { isUuid } from '@cdx/kit';
import { z } from 'zod';

/** No format is longer, and none is looked at beyond it. */
const maxLength = 2_048;

const checkedBy =
  (form: z.ZodType) =>
  (text: string): boolean =>
    text.length <= maxLength && form.safeParse(text).success;

/** The formats that schemas may name: those of JSON Schema's vocabulary that have a short and certain check. */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  date: checkedBy(z.iso.date()),
  time: checkedBy(z.iso.time()),
  'date-time': checkedBy(z.iso.datetime({ offset: true })),
  duration: checkedBy(z.iso.duration()),
  email: checkedBy(z.email()),
  hostname: checkedBy(z.hostname()),
  ipv4: checkedBy(z.ipv4()),
  ipv6: checkedBy(z.ipv6()),
  uri: checkedBy(z.url()),
  uuid: (text) => isUuid(text),
};
