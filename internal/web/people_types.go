package web

type clientsIn struct {
	Q      string `query:"q" maxLength:"200"`
	Cursor string `query:"cursor" maxLength:"300"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type clientPage struct {
	Items list[ClientRow] `json:"items"`
	Next  string          `json:"next,omitempty"`
}

// ClientRow is a line of the list of clients.
type ClientRow struct {
	ID       id           `json:"id"`
	Name     string       `json:"name"`
	Colour   int          `json:"colour"`
	Language language     `json:"language"`
	Domains  list[string] `json:"domains"`
	Version  int64        `json:"version"`
}

type clientView struct {
	ClientRow
	Note       string         `json:"note"`
	Sites      list[siteView] `json:"sites"`
	Contacts   int64          `json:"contacts"`
	MergedInto id             `json:"mergedInto,omitempty" doc:"gone: this one took it over"`
}

type siteView struct {
	ID      id     `json:"id"`
	Name    string `json:"name"`
	Address string `json:"address"`
	Version int64  `json:"version"`
}

type clientNew struct {
	Body ClientForm
}

type clientPatch struct {
	ID   id `path:"id"`
	Body struct {
		Version int64 `json:"version"`
		ClientForm
	}
}

// ClientForm is what a person gives for a client. Exported as huma leaves out embedded types that are not.
type ClientForm struct {
	Name     string   `json:"name" maxLength:"200"`
	Colour   int      `json:"colour" minimum:"0" maximum:"7"`
	Language language `json:"language"`
	Note     string   `json:"note,omitempty" maxLength:"10000"`
	Domains  []string `json:"domains" maxItems:"100"`
}

type mergeIn struct {
	ID   id `path:"id"`
	Body struct {
		IntoID id `json:"intoId"`
	}
}

type siteNew struct {
	ID   id `path:"id"`
	Body SiteForm
}

type sitePatch struct {
	ID   id `path:"id"`
	Body struct {
		Version int64 `json:"version"`
		SiteForm
	}
}

// SiteForm is what a person gives for a site.
type SiteForm struct {
	Name    string `json:"name" maxLength:"200"`
	Address string `json:"address,omitempty" maxLength:"1000"`
}

type versioned struct {
	ID      id    `path:"id"`
	Version int64 `query:"version" required:"true"`
}

type contactsIn struct {
	Client id     `query:"client"`
	Q      string `query:"q" maxLength:"200"`
	Cursor string `query:"cursor" maxLength:"300"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type contactPage struct {
	Items list[contactView] `json:"items"`
	Next  string            `json:"next,omitempty"`
}

type contactView struct {
	ID         id                   `json:"id"`
	Name       string               `json:"name"`
	Client     *clientRef           `json:"client,omitempty"`
	SiteID     id                   `json:"siteId,omitempty"`
	Phone      string               `json:"phone"`
	Language   language             `json:"language,omitempty" doc:"absent: the client's"`
	Note       string               `json:"note"`
	Addresses  list[contactAddress] `json:"addresses"`
	Erased     bool                 `json:"erased"`
	MergedInto id                   `json:"mergedInto,omitempty"`
	Version    int64                `json:"version"`
}

type contactAddress struct {
	Address    string `json:"address"`
	DeadAt     int64  `json:"deadAt,omitempty" doc:"a mail to it came back for good"`
	DeadReason string `json:"deadReason,omitempty"`
}

// ContactForm is what a person gives for a contact.
type ContactForm struct {
	Name      string    `json:"name" maxLength:"200"`
	ClientID  id        `json:"clientId,omitempty"`
	SiteID    id        `json:"siteId,omitempty"`
	Phone     string    `json:"phone,omitempty" maxLength:"60"`
	Language  *language `json:"language,omitempty"`
	Note      string    `json:"note,omitempty" maxLength:"10000"`
	Addresses []string  `json:"addresses" maxItems:"20"`
}

type contactNew struct {
	Body ContactForm
}

type contactPatch struct {
	ID   id `path:"id"`
	Body struct {
		Version int64 `json:"version"`
		ContactForm
	}
}

type attachIn struct {
	Body struct {
		Address  string `json:"address" maxLength:"254"`
		Name     string `json:"name" maxLength:"200"`
		ClientID id     `json:"clientId"`
	}
}

type importIn struct {
	Body struct {
		CSV     []byte         `json:"csv" doc:"the file's bytes in base64: its encoding is found here"`
		Mapping *importMapping `json:"mapping,omitempty" doc:"absent: guessed from the first line"`
		Apply   bool           `json:"apply"`
		Digest  string         `json:"digest,omitempty" doc:"of the plan that was seen: anything else is then refused"`
	}
}

// importMapping names the column (from 0) of each value, -1 for none.
type importMapping struct {
	Name     int `json:"name"`
	First    int `json:"first" doc:"the first name, where it has a column of its own"`
	Email    int `json:"email"`
	Phone    int `json:"phone"`
	Client   int `json:"client"`
	Site     int `json:"site"`
	Language int `json:"language"`
}

type importResult struct {
	Columns list[string]    `json:"columns"`
	Mapping importMapping   `json:"mapping"`
	Rows    list[importRow] `json:"rows"`
	Totals  importTotals    `json:"totals"`
	Clients list[string]    `json:"clients" doc:"those that it makes"`
	Digest  string          `json:"digest"`
	Applied bool            `json:"applied"`
}

type importRow struct {
	Line    int          `json:"line"`
	Action  importAction `json:"action"`
	Name    string       `json:"name"`
	Email   string       `json:"email"`
	Client  string       `json:"client"`
	Problem *said        `json:"problem,omitempty"`
}

type importTotals struct {
	Create int `json:"create"`
	Update int `json:"update"`
	Same   int `json:"same"`
	Refuse int `json:"refuse"`
}

type clientIn struct {
	ID id `path:"id"`
}

type contactIn struct {
	ID id `path:"id"`
}
