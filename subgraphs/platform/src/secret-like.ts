/** The last words of a name whose text would be a secret: `smtp.password`, `openai_api_key`, `clientSecret`. */
const secretName =
  /(^|[._-])(password|passwd|passphrase|secret|token|credentials?|(api|private|secret|access|signing|encryption)_?key)$/;

/** Texts that are secrets wherever they stand, by the form that their issuers give them. */
const secretForms: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  // JSON Web Token (RFC 7519): two parts that begin with `{"`.
  /\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]*/,
  // A user and a password inside a URL (RFC 3986, "User Information").
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i,
  // Password hashes: argon2, bcrypt.
  /\$(argon2(id|i|d)|2[aby])\$/,
  // Keys of AWS, GitHub, Google, Slack, Stripe and OpenAI.
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bgh[pousr]_\w{36,}/,
  /\bAIza[\w-]{35}/,
  /\bxox[abeprs]-[\w-]{10,}/,
  /\b[rs]k[-_](live|test|proj|ant)[-_][\w-]{10,}/,
];

/**
 * Where a value has what looks like a secret, anywhere inside it.
 * @param name the value's own: a key of the configuration, or of an object in it
 * @returns the path of it; undefined where nothing looks so
 */
export function findSecret(name: string, value: unknown): string | undefined {
  if (typeof value === 'string') return isSecret(name, value) ? name : undefined;
  if (Array.isArray(value)) return firstOf(value.map((item: unknown) => findSecret(name, item)));
  if (typeof value !== 'object' || value === null) return undefined;
  return firstOf(Object.entries(value).map(([key, part]) => findSecret(`${name}.${key}`, part)));
}

function isSecret(name: string, text: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  return (text !== '' && secretName.test(words)) || secretForms.some((form) => form.test(text));
}

function firstOf(found: readonly (string | undefined)[]): string | undefined {
  return found.find((path) => path !== undefined);
}
