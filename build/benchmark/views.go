package benchmark

import (
	"time"

	"guichet/internal/ticket"
	"guichet/internal/view"
)

// team is who asks in the measurements of views.
var team = ticket.Asker{Agent: 3, Zone: time.UTC, Team: []ticket.Member{{ID: 1, Name: "Sarah"}, {ID: 2, Name: "Samuel"}, {ID: 3, Name: "Zoé"}, {ID: 4, Name: "Loïc"}}}

// kept are thirty views as teams have them: by status, person, client, age, qualification, clocks.
var kept = viewsOf(
	"assignee:me status:active", "assignee:none status:active", "status:new", "status:open", "status:pending", "status:resolved", "status:closed",
	"status:active created:<4h", "status:active created:>2d", "status:active updated:>1d", "status:new created:today", "created:week", "created:month",
	"solved:today", "solved:week", "ended:month", "assignee:sarah status:active", "assignee:samuel status:active", "assignee:loic,zoe status:active",
	"client:conserverie status:active", "client:a status:active", "-client:a status:active", "level:N2 status:active", "level:N1 status:new",
	"is:late", "is:risk", "due:<4h status:active", "is:unqualified status:active", "priority:P1,P2 status:active", "channel:call status:active")

func viewsOf(lines ...string) (all []view.View) {
	for i, line := range lines {
		all = append(all, view.View{ID: int64(i + 1), Name: line, Query: line})
	}
	return all
}

// asks are forty lines that people type: the same on every desk.
var asks = []string{
	"status:active", "status:new", "status:open", "status:closed", "status:new,open assignee:none", "assignee:me", "assignee:me status:active",
	"assignee:sarah", "assignee:sarah status:closed", "assignee:none", "-assignee:none status:active", "client:conserverie", "client:conserverie status:active",
	"client:menuiserie status:closed", "client:nulle-part", "level:N1 status:active", "-status:closed", "-status:closed,resolved",
	"created:today", "created:week", "created:>30d status:active", "created:<2026-01-01 status:closed", "updated:<4h", "updated:>2d status:open", "solved:week",
	"has:attachment status:active", "is:unread status:new", "channel:mail status:active", "channel:mail status:closed", "language:fr status:open",
	"imprimante", "imprimante status:active", "imprimante status:closed", "sauvegarde volume", "sauvegarde assignee:me", "impr client:conserverie", "PC-0042",
	"from:paul", "from:paul status:active", "#4242",
}
