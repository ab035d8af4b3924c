/**
 * What one client may ask at once, published in the session's core capability. RFC 8620 §2.
 * Sizes are in bytes.
 */
export interface JmapLimits {
  readonly maxSizeUpload: number;
  readonly maxConcurrentUpload: number;
  readonly maxSizeRequest: number;
  readonly maxConcurrentRequests: number;
  readonly maxCallsInRequest: number;
  readonly maxObjectsInGet: number;
  readonly maxObjectsInSet: number;
}

/** The limits carepost publishes: at or above what RFC 8620 §2 suggests, but for the upload size (25 MiB, one message). */
export const defaultLimits: JmapLimits = {
  maxSizeUpload: 25 * 1024 * 1024,
  maxConcurrentUpload: 4,
  maxSizeRequest: 10_000_000,
  maxConcurrentRequests: 8,
  maxCallsInRequest: 32,
  maxObjectsInGet: 500,
  maxObjectsInSet: 500,
};
