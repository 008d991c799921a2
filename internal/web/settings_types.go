package web

type boxRows struct {
	Items list[boxView] `json:"items"`
}

// boxView is a mailbox as Settings show it: its passwords are never read back.
type boxView struct {
	ID      id    `json:"id"`
	Version int64 `json:"version"`
	BoxForm
	Status boxNote   `json:"status"`
	OAuth  *boxOAuth `json:"oauth,omitempty" doc:"absent: the mailbox is entered with passwords"`
}

// OAuthForm is the application through which a mailbox is entered with tokens.
type OAuthForm struct {
	Provider     oauthProvider `json:"provider"`
	Tenant       string        `json:"tenant,omitempty" maxLength:"253" doc:"of Microsoft 365: a domain or an id; absent for any"`
	ClientID     string        `json:"clientId" maxLength:"500"`
	ClientSecret string        `json:"clientSecret,omitempty" maxLength:"1000" doc:"only written; absent keeps the stored one"`
	AuthURL      string        `json:"authUrl,omitempty" maxLength:"1000" doc:"of provider other, as the two below"`
	TokenURL     string        `json:"tokenUrl,omitempty" maxLength:"1000"`
	DeviceURL    string        `json:"deviceUrl,omitempty" maxLength:"1000"`
	Scopes       string        `json:"scopes,omitempty" maxLength:"2000" doc:"separated by spaces"`
	SecretEnds   string        `json:"secretEnds,omitempty" maxLength:"10" doc:"YYYY-MM-DD"`
}

type boxOAuth struct {
	OAuthForm
	Account   string `json:"account,omitempty" doc:"whom the tokens are for"`
	GrantedAt int64  `json:"grantedAt,omitempty"`
	HasDevice bool   `json:"hasDevice" doc:"consent can be given from another machine"`
}

type oauthIn struct {
	ID   id `path:"id"`
	Body OAuthForm
}

type consentIn struct {
	ID   id `path:"id"`
	Body struct {
		Way consentWay `json:"way"`
	}
}

// mailHost is the servers of one host, to fill a form with.
type mailHost struct {
	Name      string        `json:"name"`
	IMAP      BoxServer     `json:"imap"`
	SMTP      BoxServer     `json:"smtp"`
	SavesSent bool          `json:"savesSent"`
	OAuth     oauthProvider `json:"oauth,omitempty" doc:"it takes no passwords"`
}

type mailHosts struct {
	Items list[mailHost] `json:"items"`
}

type hostIn struct {
	Body struct {
		Address string `json:"address" maxLength:"254"`
	}
}

// consentView is an authorisation under way, or how the last one ended.
type consentView struct {
	State   consentState `json:"state"`
	URL     string       `json:"url,omitempty" doc:"the provider's page to open"`
	Code    string       `json:"code,omitempty" doc:"to type there"`
	Opened  bool         `json:"opened,omitempty" doc:"the window has opened it already"`
	Expires int64        `json:"expires,omitempty"`
	Account string       `json:"account,omitempty"`
	Error   *said        `json:"error,omitempty"`
}

// BoxForm is what a person gives for a mailbox.
type BoxForm struct {
	Name        string       `json:"name" minLength:"1" maxLength:"200"`
	Address     string       `json:"address" minLength:"3" maxLength:"254"`
	Aliases     list[string] `json:"aliases" maxItems:"50"`
	Language    language     `json:"language"`
	IMAP        boxIMAP      `json:"imap"`
	SMTP        BoxServer    `json:"smtp"`
	SavesSent   bool         `json:"savesSent" doc:"the server itself files what is sent"`
	SentFolder  string       `json:"sentFolder,omitempty" maxLength:"200"`
	SignatureFR string       `json:"signatureFr" maxLength:"5000"`
	SignatureEN string       `json:"signatureEn" maxLength:"5000"`
	Acknowledge bool         `json:"acknowledge"`
	Active      bool         `json:"active"`
}

// BoxServer is how to reach a mail server.
type BoxServer struct {
	Host     string   `json:"host" maxLength:"253"`
	Port     int      `json:"port" minimum:"1" maximum:"65535"`
	Security security `json:"security"`
	User     string   `json:"user" maxLength:"254"`
	Password string   `json:"password,omitempty" maxLength:"1000" doc:"only written; absent keeps the stored one"`
}

type boxIMAP struct {
	BoxServer
	Folder string     `json:"folder" maxLength:"200"`
	After  afterFetch `json:"after"`
	MoveTo string     `json:"moveTo,omitempty" maxLength:"200"`
	Since  int64      `json:"since,omitempty" doc:"how far back the first fetch goes; absent: everything"`
	Junk   bool       `json:"junk,omitempty" doc:"the server's folder for spam is looked into too"`
}

type boxNew struct {
	Body BoxForm
}

type boxPatch struct {
	ID   id `path:"id"`
	Body struct {
		Version int64 `json:"version"`
		BoxForm
	}
}

type boxIn struct {
	ID id `path:"id"`
}

type boxTest struct {
	Body struct {
		ID id `json:"id,omitempty" doc:"whose stored passwords are taken where none is given"`
		BoxForm
	}
}

type boxTested struct {
	IMAP list[testStep] `json:"imap"`
	SMTP list[testStep] `json:"smtp"`
}

type testStep struct {
	Name   string `json:"name"`
	Ok     bool   `json:"ok"`
	Error  *said  `json:"error,omitempty"`
	Detail string `json:"detail,omitempty"`
}

// Settings are the team's.
type Settings struct {
	TeamName     string   `json:"teamName" maxLength:"200"`
	Language     language `json:"language"`
	BackupFolder string   `json:"backupFolder,omitempty" maxLength:"1000"`
}

type settingsView struct {
	Settings
	Version     int64  `json:"version"`
	HasRecovery bool   `json:"hasRecovery" doc:"a recovery phrase was given"`
	KeyPlace    string `json:"keyPlace,omitempty" enum:"keychain,folder,file"`
	DataFolder  string `json:"dataFolder,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty" doc:"of the TLS key, for the LAN door"`
}

type settingsPatch struct {
	Body struct {
		Version int64 `json:"version"`
		Settings
	}
}

type setupIn struct {
	Body struct {
		TeamName   string   `json:"teamName" minLength:"1" maxLength:"200"`
		AgentName  string   `json:"agentName" minLength:"1" maxLength:"200"`
		AgentEmail string   `json:"agentEmail" maxLength:"254"`
		Language   language `json:"language"`
	}
}

type recoveryPhrase struct {
	Phrase string `json:"phrase" doc:"shown once"`
}

type backupNew struct {
	Body struct {
		Folder string `json:"folder,omitempty" maxLength:"1000"`
	}
}

type backupRow struct {
	Path string `json:"path"`
	At   int64  `json:"at"`
	Size int64  `json:"size"`
}

type backupRows struct {
	Items list[backupRow] `json:"items"`
}

type shellSave struct {
	Body struct {
		MessageID   id   `json:"messageId,omitempty"`
		Part        *int `json:"part,omitempty" doc:"an attachment of the message; absent: its source"`
		MailID      id   `json:"mailId,omitempty"`
		DraftFileID id   `json:"draftFileId,omitempty"`

		Export *exportAsk `json:"export,omitempty" doc:"a list of tickets as a table"`
	}
}

type shellSaved struct {
	Saved bool   `json:"saved" doc:"false: the person chose no place"`
	Path  string `json:"path,omitempty"`
}

type shellOpen struct {
	Body struct {
		MessageID id     `json:"messageId"`
		N         *int   `json:"n,omitempty" doc:"a link of the HTML"`
		Href      string `json:"href,omitempty" maxLength:"4000" doc:"or an address that stands in the message's text"`
	}
}

type shellNotify struct {
	Body struct {
		Title    string `json:"title" maxLength:"200"`
		Text     string `json:"text" maxLength:"500"`
		TicketID id     `json:"ticketId,omitempty"`
	}
}

type shellTitle struct {
	Body struct {
		Text string `json:"text" maxLength:"200"`
	}
}
