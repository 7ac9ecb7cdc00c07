import { accountCommands } from "./account.ts";
import { addressListCommands } from "./address-list.ts";
import { alarmCommands } from "./alarm.ts";
import { applyCommand } from "./apply.ts";
import { archiveCommands } from "./archive.ts";
import { auditCommands } from "./audit.ts";
import { backupCommand, restoreCommand } from "./backup.ts";
import { billCommands } from "./bill.ts";
import { cdrCommands } from "./cdr.ts";
import type { Command, CommandGroup } from "./command.ts";
import { commissionCommands } from "./commission.ts";
import { configCommand } from "./config.ts";
import { demoCommand } from "./demo.ts";
import { doctorCommand } from "./doctor.ts";
import { eventCommands } from "./event.ts";
import { invoiceCommands } from "./invoice.ts";
import { keyCommands } from "./key.ts";
import { mailCommands } from "./mail.ts";
import { migrateCommand } from "./migrate.ts";
import { numbersCommands } from "./numbers.ts";
import { personCommands } from "./person.ts";
import { rateCommand } from "./rate.ts";
import { ratesCommands } from "./rates.ts";
import { reportCommands } from "./report.ts";
import { secretsCommands } from "./secrets.ts";
import { sessionCommands } from "./session.ts";
import { sipUserCommands } from "./sip-user.ts";
import { sourceCommands } from "./source.ts";
import { startCommand } from "./start.ts";
import { tariffCommands } from "./tariff.ts";
import { tenantCommands } from "./tenant.ts";
import { userCommands } from "./user.ts";
import { vendorCommands } from "./vendor.ts";
import { webhookCommands } from "./webhook.ts";

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly (Command | CommandGroup)[] = [
  startCommand,
  applyCommand,
  tenantCommands,
  accountCommands,
  sipUserCommands,
  userCommands,
  keyCommands,
  addressListCommands,
  sourceCommands,
  tariffCommands,
  ratesCommands,
  rateCommand,
  numbersCommands,
  cdrCommands,
  sessionCommands,
  eventCommands,
  webhookCommands,
  mailCommands,
  billCommands,
  invoiceCommands,
  commissionCommands,
  reportCommands,
  vendorCommands,
  alarmCommands,
  archiveCommands,
  auditCommands,
  personCommands,
  secretsCommands,
  doctorCommand,
  migrateCommand,
  backupCommand,
  restoreCommand,
  configCommand,
  demoCommand,
];
