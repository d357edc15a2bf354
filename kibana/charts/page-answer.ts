import type { ShownPanel } from './shown-panel';

/** What the page shows at one moment. */
export interface PageAnswer {
  /** When it was asked, ISO 8601. */
  readonly at: string;
  /** Of readings and windows, ISO 8601; `to` is exclusive. */
  readonly span: { readonly from: string; readonly to: string };
  /** Documents that the panels count, each as often as a panel does. */
  readonly documents: number;
  /** Time of the newest chosen reading, whatever time was asked for; null where there is none. */
  readonly newestReading: string | null;
  readonly choices: { readonly pipeline: readonly string[]; readonly device: readonly string[] };
  /** Keyed by name. */
  readonly panels: Readonly<Record<string, ShownPanel>>;
}
