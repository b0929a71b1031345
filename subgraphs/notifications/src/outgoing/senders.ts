import { makeSendMail } from '@cdx/kit';
import type { Settings } from '../settings.ts';
import { emailSender } from './email.ts';
import { pushSender } from './push.ts';
import { smsSender } from './sms.ts';
import type { Senders } from './worker.ts';

/** The ways of deliveries that the settings name: e-mail always, the others where their services are set up. */
export function makeSenders(settings: Settings): Senders {
  const {
    VAPID_SUBJECT: subject,
    VAPID_PUBLIC_KEY: publicKey,
    VAPID_PRIVATE_KEY: privateKey,
    PUSH_ORIGINS: origins,
    SMS_URL: smsUrl,
    SMS_TOKEN: smsToken,
  } = settings;
  return {
    email: emailSender(makeSendMail(settings), settings.MAIL_LINK_BASE_URL),
    ...(publicKey !== undefined && privateKey !== undefined
      ? { push: pushSender({ subject, publicKey, privateKey }, origins) }
      : {}),
    ...(smsUrl === undefined ? {} : { sms: smsSender(smsUrl, smsToken) }),
  };
}
