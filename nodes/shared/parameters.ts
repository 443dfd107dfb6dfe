/** Reading a node's settings, which n8n's contexts offer in three ways. */
import type { IExecuteFunctions, ILoadOptionsFunctions, ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';

export type NodeContext = IExecuteFunctions | ITriggerFunctions | ILoadOptionsFunctions;

/** A setting's value as n8n resolves it; `otherwise` where it is not set. */
export type Read = (name: string, otherwise: unknown) => unknown;

/** Settings are the same for all items: expressions in them are resolved once, for the given item. */
export function reader(context: NodeContext | IWebhookFunctions, itemIndex = 0): Read {
	if ('getInputData' in context) {
		return (name, otherwise) =>
			context.getNodeParameter(name, itemIndex, otherwise, { extractValue: isLocator(context, name) });
	}
	if ('getCurrentNodeParameter' in context) {
		// What stands in the form now, which may not be saved yet.
		return (name, otherwise) => located(context.getCurrentNodeParameter(name)) ?? otherwise;
	}
	return (name, otherwise) => context.getNodeParameter(name, otherwise, { extractValue: isLocator(context, name) });
}

export function text(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

export function texts(value: unknown): string[] {
	const list = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [];
	return [...new Set(list.map(text).filter((one) => one !== ''))];
}

/** A number within bounds; `otherwise` where it is none. */
export function number(value: unknown, otherwise: number, { least = 0, most = Number.MAX_SAFE_INTEGER } = {}): number {
	const given = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof given === 'number' && Number.isFinite(given) ? Math.min(Math.max(given, least), most) : otherwise;
}

/** n8n takes only resource locators apart, and complains about anything else. */
function isLocator(context: IExecuteFunctions | ITriggerFunctions | IWebhookFunctions, name: string): boolean {
	const raw = context.getNode().parameters[name];
	return typeof raw === 'object' && raw !== null && '__rl' in raw;
}

function located(value: unknown): unknown {
	return typeof value === 'object' && value !== null && 'value' in value && ('__rl' in value || 'mode' in value)
		? value.value
		: value;
}
