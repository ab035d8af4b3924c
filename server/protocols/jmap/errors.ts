/** Why a whole request was refused. RFC 8620 §3.6.1. */
export type RequestErrorType =
  | 'urn:ietf:params:jmap:error:unknownCapability' // `using` names what we do not have
  | 'urn:ietf:params:jmap:error:notJSON' // not I-JSON, or not said to be JSON
  | 'urn:ietf:params:jmap:error:notRequest' // JSON, but no Request object
  | 'urn:ietf:params:jmap:error:limit'; // one of the published limits, named in `limit`

/** The problem+json body of a refused request. RFC 8620 §3.6.1, RFC 9457. */
export interface RequestProblem {
  readonly type: RequestErrorType;
  readonly status: number;
  readonly detail: string;
  /** The property of the core capability that was exceeded; only with type `limit`. */
  readonly limit?: string;
}

/** Why one method call changed nothing and answered `error`. RFC 8620 §3.6.2, §5; RFC 8621. */
export type MethodErrorType =
  | 'serverUnavailable' // an internal part is away; trying again may work
  | 'serverFail' // unexpected; nothing was changed
  | 'unknownMethod' // no such method, or its capability is not in `using`
  | 'invalidArguments' // an argument is missing, unknown or of the wrong type
  | 'invalidResultReference' // a `#argument` could not be resolved
  | 'forbidden' // the caller may not do this
  | 'accountNotFound' // no such account for this caller
  | 'accountNotSupportedByMethod' // the account has no data of this type
  | 'accountReadOnly' // the account may not be changed
  | 'requestTooLarge' // more objects than maxObjectsInGet or maxObjectsInSet
  | 'cannotCalculateChanges' // the state is unknown or too old
  | 'stateMismatch' // ifInState is not the current state
  | 'anchorNotFound' // the anchor of a query is not among its results
  | 'unsupportedSort' // a sort that the server does not have
  | 'unsupportedFilter'; // a filter that the server does not have

/**
 * Ends one method call; whatever the method had begun must be rolled back. `description` is for the
 * developer of a client and never holds what people wrote.
 */
export class JmapMethodError extends Error {
  override readonly name = 'JmapMethodError';
  readonly type: MethodErrorType;
  readonly description: string | undefined;

  constructor(type: MethodErrorType, description?: string) {
    super(description === undefined ? type : `${type}: ${description}`);
    this.type = type;
    this.description = description;
  }

  /** The arguments of the `error` response. */
  toArguments(): { type: MethodErrorType; description?: string } {
    return this.description === undefined
      ? { type: this.type }
      : { type: this.type, description: this.description };
  }
}
