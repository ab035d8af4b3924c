export type { Delivery, JourneyStep, NewDelivery } from './delivery.ts';
export { actionsIn, type SenderAction } from './delivery-state.ts';
export { DeliveryError } from './errors.ts';
export { deliveriesFailed, deliveryStateChanged, dsnComposed } from './events.ts';
export { createDeliveryModule, type DeliveryModule } from './module.ts';
export type { DeliveryOptions, DeliveryPorts } from './ports.ts';
export { reasonWords, type ReasonCode } from './reasons.ts';
export type { ReturnClaim } from './return-path.ts';
export type { DeliveryChange } from './revoke-delivery.ts';
