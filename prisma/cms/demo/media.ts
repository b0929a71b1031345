import { seeded, type DemoTenant, type DemoWorld, type Row } from '@cdx/demo';

const subjects = ['storefront', 'team', 'workshop', 'delivery', 'customers', 'product', 'office', 'event'];
const kinds = [
  { mime: 'image/jpeg', extension: 'jpg', weight: 60, bytes: [80_000, 900_000] },
  { mime: 'image/png', extension: 'png', weight: 20, bytes: [20_000, 600_000] },
  { mime: 'application/pdf', extension: 'pdf', weight: 15, bytes: [100_000, 4_000_000] },
  { mime: 'video/mp4', extension: 'mp4', weight: 5, bytes: [2_000_000, 60_000_000] },
] as const;

/** The files of a tenant. Their rows only: the demo brings no bytes. */
export function mediaRows(world: DemoWorld, tenant: DemoTenant): (Row & { readonly id: string })[] {
  return Array.from({ length: world.count(60, 4) }, (_, index) => {
    const path = `cms media ${tenant.id} ${index}`;
    const uploader = world.someUser(tenant, path);
    const random = seeded(path);
    const at = world.daysAgo(random, 0, 365);
    const id = world.id(path, at);
    const { mime, extension, bytes } = random.helpers.weightedArrayElement(
      kinds.map((value) => ({ value, weight: value.weight })),
    );
    const subject = random.helpers.arrayElement(subjects);
    const [year, month] = at.toISOString().split('-');
    const file = `${tenant.organizationId}/${year ?? ''}/${month ?? ''}/${id}.${extension}`;
    return {
      id,
      tenant_id: tenant.id,
      filename: `${id}.${extension}`,
      original_filename: `${subject}-${random.number.int({ min: 1, max: 99 })}.${extension}`,
      mime_type: mime,
      file_size: random.number.int({ min: bytes[0], max: bytes[1] }),
      file_path: file,
      url: `https://media.cdx.example/files/${file}`,
      alt_text: mime.startsWith('image/') ? `The ${subject} of ${tenant.name}` : null,
      caption: random.datatype.boolean(0.4) ? random.company.catchPhrase() : null,
      metadata: mime.startsWith('image/') ? { width: 1_600, height: 900 } : {},
      uploaded_by: uploader.id,
      created_at: at,
    };
  });
}
