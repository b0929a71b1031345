import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { ask, logIn, tenantAdmin } from './support/ask.ts';
import { aBrowser } from './support/browser.ts';
import { aGateway, type TestGateway } from './support/gateways.ts';

let gateway: TestGateway;
let browser: Browser;
let page: Page;
const hosts = new Set<string>();
const complaints: string[] = [];

/** Runs in the page, as the next one does. */
const complainOfPolicy = `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  console.error('the policy ' + violatedDirective + ' is violated by ' + blockedURI))`;
const readableByScripts = 'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])';

beforeAll(async () => {
  gateway = await aGateway('embedded');
  browser = await aBrowser();
  page = await (await browser.newContext()).newPage();
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith('http')) hosts.add(host);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.addInitScript({ content: complainOfPolicy });
  await page.goto(`${gateway.url}/playground`);
}, 240_000);
afterAll(async () => {
  await browser.close();
  await gateway.close();
});

/** Runs what is in the editor; answers the text of the result once it contains the words. */
async function result(words: string): Promise<string> {
  await page.getByRole('button', { name: /execute query/i }).click();
  const pane = page.locator('.result-window');
  await pane.filter({ hasText: words }).waitFor({ timeout: 10_000 });
  return pane.innerText();
}

describe('the playground', () => {
  test('logs a demo user in with one click', async () => {
    await page.getByRole('button', { name: /superadmin/i }).click();
    await page.getByText('superadmin@cdx.example').first().waitFor();
  });

  test('keeps no token where a script of the page could read it', async () => {
    const stored = await page.evaluate(readableByScripts);
    const cookies = await page.context().cookies(`${gateway.url}/session`);
    expect(cookies).toMatchObject([
      { name: 'cdx_refresh', httpOnly: true, sameSite: 'Strict', path: '/session', expires: -1 },
    ]);
    expect(stored).not.toContain(cookies[0]?.value);
    // An access token is a JWT, whose header begins so.
    expect(stored).not.toContain('eyJ');
    expect(await page.context().cookies(`${gateway.url}/graphql`)).toEqual([]);
  });

  test('is still logged in after a reload, with a new cookie, in as many tabs as there are', async () => {
    const [before] = await page.context().cookies(`${gateway.url}/session`);
    const other = await page.context().newPage();
    await Promise.all([page.reload(), other.goto(`${gateway.url}/playground`)]);
    for (const tab of [page, other]) await tab.getByText('superadmin@cdx.example').first().waitFor();
    await other.close();
    const [after] = await page.context().cookies(`${gateway.url}/session`);
    expect(after?.value).not.toBe(before?.value);
  });

  test('runs a saved example on the real graph', async () => {
    await page.getByRole('button', { name: /examples/i }).click();
    await page
      .getByRole('menuitem', { name: /who am i/i })
      .or(page.getByRole('button', { name: /who am i/i }))
      .first()
      .click();
    await page.locator('.graphiql-query-editor').filter({ hasText: 'WhoAmI' }).waitFor({ timeout: 5_000 });
    expect(await result('superadmin@cdx.example')).toContain('SUPERADMIN');
  });

  test('runs what is pasted over another query at once', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate(`navigator.clipboard.writeText('{ me { role } }')`);
    await page.locator('.graphiql-query-editor').click();
    for (const keys of ['Control+A', 'Control+V', 'Control+Enter']) await page.keyboard.press(keys);
    const pane = page.locator('.result-window').filter({ hasNotText: 'superadmin@cdx.example' });
    await pane.filter({ hasText: 'SUPERADMIN' }).waitFor({ timeout: 10_000 });
  });

  test('subscribes, and shows what happens as it happens', async () => {
    await page.getByRole('button', { name: /examples/i }).click();
    await page.getByRole('menuitem', { name: /on record, live/i }).click();
    await page
      .locator('.graphiql-query-editor')
      .filter({ hasText: 'auditLogAdded' })
      .waitFor({ timeout: 5_000 });
    await page.getByRole('button', { name: /execute query/i }).click();
    const stop = page.getByRole('button', { name: /stop query/i });
    await stop.waitFor();
    const shown = page.locator('.result-window').filter({ hasText: '"auditLogAdded"' });
    const token = await logIn(gateway, tenantAdmin);
    // A subscription does not tell that it has begun. A refusal is on record like a change, and leaves no row behind.
    const refused =
      'mutation { createCustomer(input: { tenantId: "borealis", email: "a@b.example" }) { id } }';
    while (!(await shown.isVisible())) {
      await ask(gateway, refused, { token });
      await page.waitForTimeout(200);
    }
    await stop.click();
  });

  test('has the docs of the whole graph', async () => {
    await page.getByRole('button', { name: /documentation explorer/i }).click();
    await page
      .getByRole('link', { name: 'Query' })
      .or(page.getByText('Query', { exact: true }))
      .first()
      .click();
    await page.getByText('personaTemplates').first().waitFor();
  });

  test('needs nothing from another host, and nothing fails in it', () => {
    expect([...hosts]).toEqual([new URL(gateway.url).host]);
    expect(complaints).toEqual([]);
  });

  test('says in words that a password is wrong', async () => {
    await page.getByRole('button', { name: /log out/i }).click();
    await page.getByLabel(/e-?mail/i).fill('nobody@cdx.example');
    await page.getByLabel(/password/i).fill('not the password');
    await page.getByRole('button', { name: /^log in$/i }).click();
    await page.getByRole('alert').filter({ hasText: 'wrong' }).waitFor();
  });
});
