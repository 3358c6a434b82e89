import { beforeAll, describe, expect, test } from 'vitest';
import { CALLS, NEEDS, type PortCall, type Scope } from '../../../functions/gcp/permissions.ts';
import type { FunctionName } from '../../../functions/model/deployment.ts';
import { planGrants } from '../../../infra/deploy/policy.ts';
import { bodyOf, hcl, type Module, readModule } from './module.ts';
import { recordCalls } from './recorded-run.ts';

type Made = string;
const madeBy = (calls: typeof CALLS): Made[] =>
  (Object.entries(calls) as [FunctionName, Record<Scope, PortCall[]>][]).flatMap(([name, scopes]) =>
    Object.entries(scopes).flatMap(([scope, made]) => made.map((call) => `${name} ${scope} ${call}`)),
  );
const compare = (calls: typeof CALLS, seen: readonly Made[]): { undeclared: Made[]; unused: Made[] } => {
  const declared = madeBy(calls);
  return {
    undeclared: seen.filter((call) => !declared.includes(call)).sort(),
    unused: declared.filter((call) => !seen.includes(call)).sort(),
  };
};

describe('what a function may do is what it was seen to do', () => {
  let seen: Made[];
  beforeAll(async () => {
    seen = (await recordCalls()).map(({ function: name, scope, call }) => `${name} ${scope} ${call}`);
  }, 180_000);

  test('it makes every call that is declared, and no other', () => {
    expect(compare(CALLS, seen)).toEqual({ undeclared: [], unused: [] });
  });

  test('and one too few or too many is caught', () => {
    const fewer = { ...CALLS, load: { ...CALLS.load, 'bucket:state/pending/': [] } };
    expect(compare(fewer, seen).undeclared).toEqual(['load bucket:state/pending/ objects.remove']);
    const more = { ...CALLS, arrive: { ...CALLS.arrive, 'bucket:raw': ['objects.read' as const] } };
    expect(compare(more, seen).unused).toEqual(['arrive bucket:raw objects.read']);
  });
});

describe('the roles', () => {
  let deploy: Module;
  beforeAll(async () => {
    deploy = await readModule();
  });

  test('hold exactly the sum of what the calls need, resource by resource', () => {
    for (const { function: name, kind, target, prefix, permissions } of planGrants()) {
      const scope = `${kind}:${target}${prefix && `/${prefix}`}` as Scope;
      const needed = (CALLS[name][scope] ?? []).flatMap((call) => NEEDS[call]).map(({ permission }) => permission);
      expect(permissions).toEqual([...new Set(needed)].sort());
    }
  });

  test('are those of grants.json and no others', () => {
    expect(deploy.locals.grants).toContain(`jsondecode(file("${hcl('path.module')}/grants.json"))`);
    expect(bodyOf(deploy, 'google_project_iam_custom_role.function')).toMatchObject({
      for_each: hcl('local.grants'),
      permissions: hcl('each.value.permissions'),
    });
  });

  test('are each bound to the account of their function, on the resource that they are for', () => {
    const bound = new Map([
      ['bucket', 'google_storage_bucket_iam_member.function'],
      ['queue', 'google_cloud_tasks_queue_iam_member.function'],
      ['topic', 'google_pubsub_topic_iam_member.function'],
      ['account', 'google_service_account_iam_member.function'],
      ['project', 'google_project_iam_member.function'],
    ]);
    for (const kind of new Set(planGrants().map((grant) => grant.kind))) {
      const body = bodyOf(deploy, bound.get(kind) ?? 'google_bigquery_dataset_iam_member.function');
      if (kind === 'dataset') expect(deploy.locals.dataset_grants).toContain('if grant.kind == "dataset"');
      else
        expect(body.for_each).toBe(hcl(`{ for key, grant in local.grants : key => grant if grant.kind == "${kind}" }`));
      const role = kind === 'dataset' ? 'each.value.grant' : 'each.key';
      expect(body.role).toBe(hcl(`google_project_iam_custom_role.function[${role}].id`));
      expect(body.member).toBe(`serviceAccount:${hcl('google_service_account.account[each.value.function].email')}`);
    }
  });

  test('let nothing but pending marks, old owners and what an erasure makes untrue be removed from the ledger’s bucket', () => {
    const removals = planGrants().filter(
      ({ target, permissions }) => target === 'state' && permissions.includes('storage.objects.delete'),
    );
    expect(removals.map(({ function: name, prefix }) => [name, prefix])).toEqual([
      ['load', 'pending/'],
      ['load', 'tables/'],
      ['forget', 'erasing/'],
      ['forget', 'shards/'],
    ]);
  });

  test('let nobody but deidentify, reidentify and forget send anything to DLP, and nobody at all use a key', () => {
    const all = planGrants();
    expect(
      all.filter(({ permissions }) => permissions.some((one) => one.startsWith('dlp.'))).map((grant) => grant.function),
    ).toEqual(['deidentify', 'reidentify', 'forget']);
    expect(all.flatMap(({ permissions }) => permissions).filter((one) => one.startsWith('cloudkms.'))).toEqual([]);
  });

  test('let nobody but reidentify turn anything back, and let it write nothing but what is written down of that', () => {
    const made = madeBy(CALLS);
    expect(made.filter((call) => call.endsWith(' dlp.reidentify'))).toEqual(['reidentify project:this dlp.reidentify']);
    expect(made.filter((call) => call.includes('bucket:state/audit/'))).toEqual([
      'reidentify bucket:state/audit/ objects.create',
    ]);
    const writes = /\.(create|overwrite|remove|copyTo|enqueue|deidentify|inspect|loadInto|writeInto|\w+Table)$/;
    const others = made.filter((call) => call.startsWith('reidentify ') && writes.test(call));
    expect(others).toEqual(['reidentify bucket:state/audit/ objects.create']);
  });

  test('let no function but forget write to the raw bucket, and none change rights or make accounts', () => {
    const all = planGrants();
    const raw = all
      .filter(({ function: name, kind, target }) => name !== 'forget' && kind === 'bucket' && target === 'raw')
      .flatMap(({ permissions }) => permissions);
    expect(new Set(raw)).toEqual(new Set(['storage.objects.get', 'storage.objects.list']));
    expect(
      all
        .flatMap(({ permissions }) => permissions)
        .filter((one) => /setIamPolicy|\.admin|serviceAccountKeys|datasets\.(create|delete|update)/.test(one)),
    ).toEqual([]);
  });
});
