package benchmark

import "strings"

// What the corpus is made of. Every name is invented.
var (
	plain  = strings.NewReplacer("é", "e", "è", "e", "ï", "i", "ç", "c", " ", "", "'", "")
	trades = []string{"conserverie", "menuiserie", "cabinet", "imprimerie", "transports", "clinique", "brasserie", "librairie", "garage", "fonderie"}
	firsts = []string{"Zoé", "Karim", "Léa", "Marc", "Anaïs", "Youssef", "Hélène", "Paul", "Françoise", "Ines", "Tom", "Nadia", "Olivier", "Grace", "Hugo", "Emma"}
	lasts  = []string{"Durand", "Lefèvre", "Benali", "Martin", "O'Neill", "Garnier", "Petit", "Schneider", "Rossi", "Leroy", "Moreau", "Faure",
		"Carter", "Nguyen", "Diallo", "Perrin", "Blanchard", "Renaud", "Colin", "Baker", "Haddad", "Marchand", "Picard", "Roche", "Vidal", "Gautier"}
	sentences = []string{
		"L'imprimante du premier étage ne répond plus depuis ce matin et personne ne peut sortir les bons de livraison.",
		"Après la mise à jour d'hier soir, PC redémarre en boucle et affiche un écran bleu.",
		"Madame NOM n'arrive plus à ouvrir sa session : le mot de passe est refusé alors qu'elle l'a changé vendredi.",
		"Le dossier partagé de la comptabilité est devenu inaccessible, l'accès est refusé pour toute l'équipe.",
		"The VPN drops every ten minutes when I work from home, and I have to enter the code again each time.",
		"Could you please add NOM to the shared mailbox of the purchasing department?",
		"Nous avons un nouveau collaborateur lundi, il lui faut un poste, une messagerie et un badge.",
		"La sauvegarde de cette nuit a échoué, le rapport parle d'un volume plein sur le serveur de fichiers.",
		"Outlook demande sans cesse le mot de passe sur PC et n'envoie plus rien.",
		"Pouvez-vous nous dire quand le technicien passera pour remplacer le disque ?",
		"The scanner sends its files to the old server and nobody finds them any more.",
		"Le téléphone de l'accueil ne sonne plus, les appels arrivent directement sur la messagerie.",
		"My screen stays black when I plug the laptop into the dock, the other monitor works.",
		"Merci de bien vouloir restaurer le fichier que NOM a effacé par erreur mardi dernier.",
		"La licence du logiciel de paie expire à la fin du mois, il faudrait la renouveler.",
		"Depuis le déménagement, le réseau sans fil coupe dans la salle de réunion du fond.",
		"We received a strange message that asks for a payment, is it safe to open the attachment?",
		"Le certificat du site a expiré et les clients voient un avertissement de sécurité.",
		"Excel se ferme tout seul quand j'ouvre le tableau des stocks, le message est en pièce jointe.",
		"PC est très lent, le ventilateur tourne fort même quand rien n'est ouvert.",
		"J'ai renversé du café sur le clavier, en avez-vous un de rechange ?",
		"Please unlock the account of NOM, she tried three times this morning.",
		"Le nouvel écran est arrivé mais le câble fourni n'est pas le bon, il manque un adaptateur.",
		"Notre logiciel métier n'imprime plus les étiquettes, alors que la page de test sort bien.",
		"C'est urgent, la production est arrêtée et l'œil du superviseur est sur nous.",
		"The door of the server room stays open, is somebody working there today?",
		"Je reviens vers vous au sujet de la demande de la semaine dernière, restée sans réponse.",
		"Tout fonctionne à nouveau, merci beaucoup pour votre aide rapide.",
		"L'antivirus a mis en quarantaine un fichier dont le service commercial a besoin.",
		"Can you install the new version of the drawing program on PC before Thursday?",
	}
)

// outlook is how the HTML of a widespread mail program begins.
const outlook = `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><meta name="Generator" content="Word 15 (filtered medium)">
<style><!--
/* Font Definitions */
@font-face {font-family:"Cambria Math"; panose-1:2 4 5 3 5 4 6 3 2 4;}
@font-face {font-family:Calibri; panose-1:2 15 5 2 2 2 4 3 2 4;}
/* Style Definitions */
p.MsoNormal, li.MsoNormal, div.MsoNormal {margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif; mso-fareast-language:EN-US;}
a:link, span.MsoHyperlink {mso-style-priority:99; color:#0563C1; text-decoration:underline;}
span.EmailStyle17 {mso-style-type:personal-compose; font-family:"Calibri",sans-serif; color:windowtext;}
.MsoChpDefault {mso-style-type:export-only; mso-fareast-language:EN-US;}
@page WordSection1 {size:612.0pt 792.0pt; margin:70.85pt 70.85pt 70.85pt 70.85pt;}
div.WordSection1 {page:WordSection1;}
--></style></head><body lang="FR" link="#0563C1" vlink="#954F72"><div class="WordSection1">
`
