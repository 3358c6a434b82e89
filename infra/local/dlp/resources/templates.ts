import { ApiError } from '../../api-error.ts';
import type { RpcService } from '../../rpc.ts';
import { applyMask } from '../../wire-mask.ts';
import { type PageRequest, readPage } from '../../wire-page.ts';
import { wireOfMillis } from '../../wire-time.ts';
import { canonicalParent, checkOrder, type Resource, type ResourceStore, resourceId } from './resource-store.ts';

/** "Size of the page. If zero server returns a page of max size 100." Source: ListInspectTemplatesRequest in dlp.proto. */
const MAX_PAGE = 100;

/** An InspectTemplate or a DeidentifyTemplate without its name and times; the configuration lies under the field of its kind. */
export interface TemplateBody {
  displayName: string;
  description: string;
  [config: string]: unknown;
}

export interface TemplateKind {
  /** `InspectTemplate` */
  message: string;
  /** `inspectConfig` */
  config: string;
  store: ResourceStore<TemplateBody>;
  /** @throws ApiError for a configuration that a request with it would be refused for. */
  check(config: object): void;
}

interface Tools {
  now(): number;
  newId(): string;
  checkParent(parent: string): void;
}

type Wire = TemplateBody & { name?: string };

/** The five methods of one kind of template. */
export function templateMethods(
  { message, config, store, check }: TemplateKind,
  { now, newId, checkParent }: Tools,
): RpcService['methods'] {
  const field = `${message[0]?.toLowerCase()}${message.slice(1)}`;
  const collection = `${field}s`;
  const render = ({ name, body, createMs, updateMs }: Resource<TemplateBody>): object => ({
    name,
    ...body,
    createTime: wireOfMillis(createMs),
    updateTime: wireOfMillis(updateMs),
  });
  const bodyOf = (wire: Wire | null | undefined): TemplateBody => {
    const value = wire?.[config];
    if (!wire || !value) throw new ApiError('INVALID_ARGUMENT', `${snake(field)}.${snake(config)} must be set`);
    check(value);
    return { displayName: wire.displayName, description: wire.description, [config]: value };
  };

  return {
    [`Create${message}`](request: { parent: string; templateId: string; [template: string]: unknown }) {
      checkParent(request.parent);
      const body = bodyOf(request[field] as Wire | null);
      const id = resourceId(request.templateId, 'template_id', newId);
      const resource = {
        name: `${canonicalParent(request.parent)}/${collection}/${id}`,
        body,
        createMs: now(),
        updateMs: now(),
      };
      store.insert(resource);
      return render(resource);
    },
    [`Get${message}`]: ({ name }: { name: string }) => render(store.get(name)),
    [`List${message}s`](request: PageRequest & { parent: string; orderBy: string }) {
      checkParent(request.parent);
      checkOrder(request.orderBy);
      const page = readPage(
        request,
        `${canonicalParent(request.parent)}/${collection}/`,
        MAX_PAGE,
        store.list,
        ({ name }) => name,
      );
      return { [collection]: page.items.map(render), nextPageToken: page.nextPageToken };
    },
    [`Update${message}`](request: {
      name: string;
      updateMask: { paths: string[] } | null;
      [template: string]: unknown;
    }) {
      const current = store.get(request.name);
      const change = request[field] as Wire | null;
      if (!change) throw new ApiError('INVALID_ARGUMENT', `${snake(field)} must be set`);
      const paths = request.updateMask?.paths ?? [];
      const body = bodyOf(paths.length === 0 ? change : applyMask<Wire>(current.body, change, paths, checkPath));
      const resource = { ...current, body, updateMs: now() };
      store.update(resource);
      return render(resource);
    },
    [`Delete${message}`]({ name }: { name: string }) {
      store.remove(name);
      return {};
    },
  };

  function checkPath(path: string): void {
    if (!['display_name', 'description', snake(config)].includes(path.split('.')[0] ?? '')) {
      throw new ApiError('INVALID_ARGUMENT', `update_mask names ${path}, which cannot be updated`);
    }
  }
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
