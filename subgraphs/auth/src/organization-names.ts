/** `Größe & Söhne AG` → `grosse-sohne-ag`: small letters, digits and `-`, at most 100. */
export function slugOf(name: string): string {
  const letters = name
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase();
  const slug = letters.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  return slug.slice(0, 100).replace(/-+$/, '') || 'organization';
}

/** The tenant's id of an organization's slug: it begins with a letter and has `_` for `-`, at most 50. */
export function tenantIdOf(slug: string): string {
  const id = slug.replaceAll('-', '_');
  return (/^[a-z]/.test(id) ? id : `t_${id}`).slice(0, 50);
}
