/** Whose credential, and how it is sent. */
import type { Template } from './request';

/** The credential types that the App nodes list: n8n's own, and ours. A type that is missing here is added here. */
export type CredentialType =
	| 'airtableOAuth2Api'
	| 'airtableTokenApi'
	| 'asanaApi'
	| 'asanaOAuth2Api'
	| 'bambooHrApi'
	| 'baserowTokenApi'
	| 'chargebeeApi'
	| 'clockifyApi'
	| 'githubApi'
	| 'googleApi'
	| 'googleSheetsOAuth2Api'
	| 'harvestApi'
	| 'harvestOAuth2Api'
	| 'httpBasicAuth'
	| 'httpBearerAuth'
	| 'httpCustomAuth'
	| 'httpHeaderAuth'
	| 'httpQueryAuth'
	| 'hubspotAppToken'
	| 'hubspotOAuth2Api'
	| 'invoiceNinjaApi'
	| 'jiraSoftwareCloudApi'
	| 'jiraSoftwareCloudOAuth2Api'
	| 'jiraSoftwareServerApi'
	| 'jiraSoftwareServerPatApi'
	| 'mailchimpApi'
	| 'mailchimpOAuth2Api'
	| 'mailerLiteApi'
	| 'nocoDbApiToken'
	| 'oAuth2Api'
	| 'odooApiKeyApi'
	| 'oneWaySyncRefreshTokenApi'
	| 'pipedriveApi'
	| 'pipedriveOAuth2Api'
	| 'quickBooksOAuth2Api'
	| 'salesforceJwtApi'
	| 'salesforceOAuth2Api'
	| 'sendInBlueApi'
	| 'shopifyAccessTokenApi'
	| 'shopifyApi'
	| 'shopifyOAuth2Api'
	| 'slackApi'
	| 'slackOAuth2Api'
	| 'strapiTokenApi'
	| 'stripeApi'
	| 'supabaseApi'
	| 'togglApi'
	| 'wooCommerceApi'
	| 'xeroOAuth2Api';

export interface CredentialUse {
	type: CredentialType;
	/** What the user has to put in, where that is not plain from the type: `header X-Redmine-API-Key`. */
	hint?: string;
	/** `by n8n`, where n8n signs requests with this type; else what is sent. Some types send nothing by themselves. */
	auth: 'by n8n' | AuthTemplate;
	/** What n8n has to be told about an OAuth2 type. */
	oauth2?: {
		tokenType?: string;
		includeCredentialsOnRefreshOnBody?: boolean;
		keyToIncludeInAccessTokenHeader?: string;
		/** What it answers when the token has run out; 401 without it. */
		tokenExpiredStatusCode?: number;
		property?: string;
	};
	/** Another base than the system's. */
	base?: Template;
}

/** With `{credential.x}`. */
export interface AuthTemplate {
	headers?: Record<string, Template>;
	query?: Record<string, Template>;
	basic?: { user: Template; password: Template };
}
