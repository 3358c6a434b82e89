import { ApiError } from '../api-error.ts';
import type { ByteContentItem, ContentItem, Table } from './wire/value.ts';

/** What a request's item holds. */
export type Content = { kind: 'text'; text: string; bytes?: ByteContentItem } | { kind: 'table'; table: Table };

/** Kinds of bytes that are text as they stand; documents, images and audio are not read here. */
const TEXT_TYPES = ['BYTES_TYPE_UNSPECIFIED', 'TEXT_UTF8', 'CSV', 'TSV'];

/** @throws ApiError INVALID_ARGUMENT when the item is missing, UNIMPLEMENTED for kinds that only Google reads. */
export function readContent(item: ContentItem | null): Content {
  if (item?.value !== undefined) return { kind: 'text', text: item.value };
  if (item?.table) return { kind: 'table', table: item.table };
  if (item?.byteItem) {
    const { type, data } = item.byteItem;
    if (!TEXT_TYPES.includes(type)) {
      throw new ApiError(
        'UNIMPLEMENTED',
        `item.byte_item.type ${type}: the local cloud reads only ${TEXT_TYPES.slice(1).join(', ')}`,
      );
    }
    return { kind: 'text', text: Buffer.from(data).toString('utf8'), bytes: item.byteItem };
  }
  if (item?.conversation)
    throw new ApiError('UNIMPLEMENTED', 'item.conversation: the local cloud reads value, table and byte_item');
  throw new ApiError('INVALID_ARGUMENT', 'item must hold a value, a table or a byte_item');
}

/** The item of a transformed text, of the kind that came. */
export function rebuildText(content: Extract<Content, { kind: 'text' }>, text: string): ContentItem {
  return content.bytes ? { byteItem: { type: content.bytes.type, data: Buffer.from(text) } } : { value: text };
}
