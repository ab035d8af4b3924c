export { Id, IdOrReference, Int, UnsignedInt, UtcDate, readArguments } from './arguments.ts';
export { coreCapability, mailCapability, submissionCapability } from './capabilities.ts';
export { changesAnswer, changesWindow, readChangesArguments } from './changes.ts';
export type { Change, ChangesRequest } from './changes.ts';
export { CreatedIds } from './created-ids.ts';
export { dispatch } from './dispatch.ts';
export type { Method, MethodAnswer, MethodCall } from './dispatch.ts';
export { coreEcho } from './echo.ts';
export { JmapMethodError } from './errors.ts';
export type { RequestProblem } from './errors.ts';
export { pingEvent, readEventSourceRequest, stateEvent } from './event-source.ts';
export type { EventSourceRequest } from './event-source.ts';
export { conditionsOf, passes, readFilter } from './filter.ts';
export type { Filter } from './filter.ts';
export { GetArguments, getAnswer, pickProperties, readGetArguments, selectForGet } from './get.ts';
export type { GetSelection } from './get.ts';
export { isJmapId } from './id.ts';
export { isJsonObject } from './json.ts';
export type { Json, JsonObject } from './json.ts';
export { defaultLimits } from './limits.ts';
export type { JmapLimits } from './limits.ts';
export { applyPatch } from './patch.ts';
export { QueryArguments, needsTotal, queryAnswer, queryWindow, readQueryArguments } from './query.ts';
export type { Comparator, QueryRequest } from './query.ts';
export { parseRequest } from './request.ts';
export type { Invocation, JmapResponse } from './request.ts';
export { sessionObject } from './session.ts';
export { invalidProperties } from './set-error.ts';
export type { SetError } from './set-error.ts';
export {
  SetArguments,
  SetResult,
  orderCreations,
  readSetArguments,
  requireState,
  toSetRequest,
} from './set.ts';
export type { SetRequest } from './set.ts';
export { formatState, parseState } from './state.ts';
export { viewBody } from './mail/body-structure.ts';
export { bodyValue } from './mail/body-value.ts';
export { writeMailDate } from './mail/date-time.ts';
export { readEmailDraft } from './mail/email-draft.ts';
export type { EmailDraft } from './mail/email-draft.ts';
export { headerShorthands, parseHeaderProperty } from './mail/header-property.ts';
export type { HeaderProperty } from './mail/header-property.ts';
export { contentOf, leavesOf, readPartTree } from './mail/part-tree.ts';
export type { MimePart } from './mail/part-tree.ts';
export { readHeader, readHeaders } from './mail/read-header.ts';
export { writeMessage } from './mail/write-message.ts';
export type { DraftBlob } from './mail/write-message.ts';
