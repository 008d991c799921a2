package web

// savedView is a line of the search kept under a name.
type savedView struct {
	ID       id     `json:"id"`
	Name     string `json:"name"`
	Query    string `json:"query"`
	Sort     order  `json:"sort"`
	Shared   bool   `json:"shared" doc:"everybody's; else the reader's own"`
	Position int64  `json:"position"`
	Count    *int64 `json:"count,omitempty" doc:"absent where the line has words: those are not counted"`
	Version  int64  `json:"version"`
}

type savedViews struct {
	Items list[savedView] `json:"items"`
	Until int64           `json:"until,omitempty" doc:"when a count may change without anything happening"`
}

type viewForm struct {
	Name   string `json:"name" maxLength:"200"`
	Query  string `json:"query" maxLength:"1000"`
	Sort   order  `json:"sort,omitempty"`
	Shared bool   `json:"shared,omitempty"`
}

type viewNew struct{ Body viewForm }

type viewPatch struct {
	ID   id `path:"id"`
	Body struct {
		Version  int64   `json:"version"`
		Name     *string `json:"name,omitempty" maxLength:"200"`
		Query    *string `json:"query,omitempty" maxLength:"1000"`
		Sort     *order  `json:"sort,omitempty"`
		Shared   *bool   `json:"shared,omitempty"`
		Position *int64  `json:"position,omitempty"`
	}
}

type viewIn struct {
	ID id `path:"id"`
}

type completeIn struct {
	Word string `query:"word" maxLength:"200" doc:"the last word of the line, as far as it is typed"`
}

type completions struct {
	Items list[string] `json:"items" doc:"what the word can become"`
}
