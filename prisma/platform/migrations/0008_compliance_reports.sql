-- migrate:up
do $$
begin
  create type platform.compliance_framework as enum ('soc2', 'iso27001', 'gdpr', 'hipaa', 'pci_dss');
exception
  when duplicate_object then null;
end $$;

do $$
begin
  create type platform.compliance_report_status as enum ('pending', 'completed', 'failed');
exception
  when duplicate_object then null;
end $$;

create table if not exists platform.compliance_reports (
  id uuid not null primary key,
  tenant_id varchar(50),
  framework platform.compliance_framework not null,
  period_start timestamptz(3) not null,
  period_end timestamptz(3) not null,
  status platform.compliance_report_status not null default 'pending',
  findings jsonb not null default '[]' check (jsonb_typeof(findings) = 'array'),
  generated_by uuid,
  created_at timestamptz(3) not null default now(),
  constraint compliance_reports_period check (period_end > period_start)
);

create index if not exists compliance_reports_created_at on platform.compliance_reports (created_at, id);
create index if not exists compliance_reports_tenant on platform.compliance_reports (tenant_id, created_at, id);
create index if not exists compliance_reports_framework on platform.compliance_reports (framework, created_at, id);
create index if not exists compliance_reports_status on platform.compliance_reports (status, created_at, id);
create index if not exists compliance_reports_period_start on platform.compliance_reports (period_start, id);
create index if not exists compliance_reports_generated_by on platform.compliance_reports (generated_by);

alter table platform.compliance_reports enable row level security;
alter table platform.compliance_reports force row level security;
drop policy if exists reading on platform.compliance_reports;
create policy reading on platform.compliance_reports for select using (platform.sees_tenant(tenant_id));
drop policy if exists recording on platform.compliance_reports;
create policy recording on platform.compliance_reports for insert with check (platform.acts_for_platform());
-- A report changes while it is being put together, and never after.
drop policy if exists finishing on platform.compliance_reports;
create policy finishing on platform.compliance_reports for update
  using (platform.acts_for_platform() and status = 'pending')
  with check (platform.acts_for_platform());

grant select, insert, update (status, findings) on platform.compliance_reports to cdx_app;

-- migrate:down
drop table if exists platform.compliance_reports;
drop type if exists platform.compliance_report_status, platform.compliance_framework;
