import type { NotificationType } from '../../generated/resolvers.ts';

/** A delivery that has been taken to be sent, with all that its channel needs. */
export interface Outgoing {
  readonly id: string;
  readonly notificationId: string;
  readonly channel: 'email' | 'push' | 'sms';
  readonly recipient: string;
  /** How many attempts there have been with this one. */
  readonly attempts: number;
  readonly subscriptionId: string | null;
  readonly pushKey: string | null;
  readonly pushAuth: string | null;
  readonly title: string;
  readonly message: string;
  readonly type: NotificationType;
  readonly actionUrl: string | null;
}

/**
 * Hands a delivery to the service of its channel.
 * @returns what the service calls it, if it says so
 * @throws NotSent when it has not taken it
 */
export type Sender = (delivery: Outgoing) => Promise<string | null>;

interface NotSentOptions {
  readonly permanent?: boolean;
  readonly gone?: boolean;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** Why a delivery was not sent, in words for the tenant's admins: what a service says of itself is in the log alone. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
  /** Whether it would be the same another time. */
  readonly isPermanent: boolean;
  /** Whether the address is not in use any more. */
  readonly isGone: boolean;
  /** How long the service wants to be left alone, in milliseconds; 0 where it does not say. */
  readonly retryAfterMs: number;

  constructor(
    message: string,
    { permanent = false, gone = false, retryAfterMs = 0, cause }: NotSentOptions = {},
  ) {
    super(message, { cause });
    this.isPermanent = permanent || gone;
    this.isGone = gone;
    this.retryAfterMs = retryAfterMs;
  }
}
