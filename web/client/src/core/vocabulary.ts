// Made by tools/vocabulary.py from dispatch/vocabulary and dispatch/words: run make vocabulary.
export const NEEDS = [
  "emergency",
  "referral",
  "transport",
  "body",
  "document"
] as const;
export const NEEDS_URGENCY = {
  "emergency": "red",
  "referral": "yellow",
  "transport": "green",
  "body": "green",
  "document": "green"
} as const;
export const OPEN = [
  "searching",
  "assigned",
  "in_progress",
  "awaiting_approval",
  "scheduled",
  "waiting"
] as const;
export const DUTIES = [
  "off_duty",
  "available",
  "committed",
  "cleaning",
  "out_of_service"
] as const;
export const ROLES = {
  "staff": [
    "confirm_death",
    "see_requests"
  ],
  "driver": [],
  "operator": [
    "close_roads",
    "confirm_death",
    "keep_incidents",
    "replay_demo",
    "see_requests"
  ],
  "health_officer": [
    "see_requests"
  ],
  "admin": [
    "close_roads"
  ],
  "device": []
} as const;
export const CLASSES = {
  "emergency_ambulance": {
    "mark": "A"
  },
  "transport_ambulance": {
    "mark": "A"
  },
  "mobile_clinic": {
    "mark": "A"
  },
  "hearse": {
    "mark": "J"
  },
  "dual_use": {
    "mark": "A"
  },
  "village_car": {
    "mark": "A"
  },
  "official_car": {
    "mark": "A"
  }
} as const;
export const TRAIL = [
  "accepted",
  "en_route",
  "on_scene",
  "transporting",
  "at_destination"
] as const;
export const STATES = {
  "offered": {
    "phase": "offer",
    "met": false,
    "loaded": false,
    "mark": "◆"
  },
  "accepted": {
    "phase": "assigned",
    "met": false,
    "loaded": false,
    "mark": "●"
  },
  "en_route": {
    "phase": "under_way",
    "met": false,
    "loaded": false,
    "mark": "●"
  },
  "on_scene": {
    "phase": "under_way",
    "met": true,
    "loaded": false,
    "mark": "■"
  },
  "transporting": {
    "phase": "under_way",
    "met": true,
    "loaded": true,
    "mark": "■"
  },
  "at_destination": {
    "phase": "under_way",
    "met": true,
    "loaded": false,
    "mark": "■"
  },
  "cleared": {
    "phase": "served",
    "met": true,
    "loaded": false,
    "mark": ""
  },
  "declined": {
    "phase": "lost",
    "met": false,
    "loaded": false,
    "mark": ""
  },
  "expired": {
    "phase": "lost",
    "met": false,
    "loaded": false,
    "mark": ""
  },
  "withdrawn": {
    "phase": "lost",
    "met": false,
    "loaded": false,
    "mark": ""
  },
  "stood_down": {
    "phase": "lost",
    "met": false,
    "loaded": false,
    "mark": ""
  }
} as const;
export const STEPS = {
  "accept": {
    "from": [
      "expired",
      "offered"
    ],
    "to": "accepted",
    "undoable": false
  },
  "decline": {
    "from": [
      "offered"
    ],
    "to": "declined",
    "undoable": false
  },
  "en_route": {
    "from": [
      "accepted"
    ],
    "to": "en_route",
    "undoable": true
  },
  "on_scene": {
    "from": [
      "en_route"
    ],
    "to": "on_scene",
    "undoable": true
  },
  "transporting": {
    "from": [
      "on_scene"
    ],
    "to": "transporting",
    "undoable": true
  },
  "at_destination": {
    "from": [
      "transporting"
    ],
    "to": "at_destination",
    "undoable": true
  },
  "clear": {
    "from": [
      "at_destination",
      "on_scene"
    ],
    "to": "cleared",
    "undoable": true
  },
  "stand_down": {
    "from": [
      "accepted",
      "en_route",
      "on_scene"
    ],
    "to": "stood_down",
    "undoable": false
  },
  "problem": {
    "from": [
      "accepted",
      "at_destination",
      "en_route",
      "on_scene",
      "transporting"
    ],
    "to": "stood_down",
    "undoable": false
  }
} as const;
export const UNDO_MS = 10000 as const;
export const id_need = {
  "emergency": "Gawat darurat",
  "referral": "Rujukan",
  "transport": "Antar kontrol",
  "body": "Mobil jenazah",
  "document": "Antar dokumen"
} as const;
export const id_state = {
  "searching": "Menunggu jawaban sopir",
  "assigned": "Sopir menerima",
  "in_progress": "Sedang berjalan",
  "awaiting_approval": "Menunggu persetujuan",
  "scheduled": "Terjadwal",
  "waiting": "Janji telepon kembali",
  "completed": "Selesai",
  "cancelled_by_requester": "Dibatalkan pemohon",
  "duplicate": "Tercatat ganda",
  "unfounded": "Tidak perlu dijemput"
} as const;
export const id_duty = {
  "off_duty": "Tidak bertugas",
  "available": "Siaga",
  "committed": "Bertugas",
  "cleaning": "Dibersihkan",
  "out_of_service": "Perbaikan"
} as const;
export const id_link = {
  "live": "langsung",
  "old": "posisi lama",
  "lost": "tanpa sinyal"
} as const;
export const id_role = {
  "staff": "Petugas puskesmas",
  "driver": "Sopir",
  "operator": "Operator",
  "health_officer": "Dinas Kesehatan",
  "admin": "Pengelola",
  "device": "Alat"
} as const;
export const id_promise_kind = {
  "vehicle": "Kendaraan",
  "document": "Dokumen"
} as const;
export const id_promise_end = {
  "handed_out": "Sudah diserahkan",
  "not_needed": "Tidak diperlukan lagi"
} as const;
export const id_effect = {
  "deny": "Kendaraan yang dimaksud tidak berangkat untuk permintaan seperti ini.",
  "require": "Kendaraan hanya berangkat bila syaratnya terpenuhi.",
  "approval": "Kendaraan berangkat sesudah seseorang menyetujui; aturan yang dilepas tidak lagi menghalangi.",
  "prefer": "Kendaraan yang memenuhi syarat didahulukan, selama tidak jauh lebih lambat.",
  "pair": "Kendaraan kedua ikut dikirim.",
  "defer": "Dokumen boleh menyusul; kendaraan tetap berangkat.",
  "hold": "Tujuan ditandai dan pihak tertentu diberi tahu; pencarian kendaraan jalan terus."
} as const;
export const id_group = {
  "request": "Permintaan",
  "patient": "Pasien",
  "trip": "Perjalanan",
  "vehicle": "Kendaraan",
  "moment": "Saat keputusan"
} as const;
export const id_alike = {
  "same_place": "tempat yang sama",
  "same_time": "waktu yang berdekatan",
  "same_phone": "nomor telepon yang sama",
  "same_need": "kebutuhan yang sama"
} as const;
export const id_colour = {
  "red": "Merah",
  "yellow": "Kuning",
  "green": "Hijau",
  "body": "Jenazah"
} as const;
export const id_class = {
  "emergency_ambulance": "Ambulans gawat darurat",
  "transport_ambulance": "Ambulans transportasi",
  "mobile_clinic": "Puskesmas keliling",
  "hearse": "Mobil jenazah",
  "dual_use": "Kendaraan serbaguna",
  "village_car": "Mobil siaga",
  "official_car": "Mobil dinas"
} as const;
export const id_urgency = {
  "red": "Merah",
  "yellow": "Kuning",
  "green": "Hijau"
} as const;
export const id_cause = {
  "flood": "Banjir",
  "procession": "Iring-iringan",
  "accident": "Kecelakaan",
  "works": "Pekerjaan jalan",
  "other": "Sebab lain"
} as const;
export const id_documents = {
  "death_letter": "Surat kematian",
  "ktp": "KTP",
  "rt_rw": "Pengantar RT/RW",
  "health_letter": "Surat keterangan kesehatan",
  "kkp_letter": "Surat Kantor Kesehatan Pelabuhan"
} as const;
export const id_call = {
  "told": "sudah dikabari",
  "no_answer": "belum diangkat",
  "wrong_number": "nomor keliru"
} as const;
export const id_why = {
  "searching_long": "pencarian sudah lama",
  "refused_often": "beberapa sopir belum menjawab atau berhalangan",
  "red_silent": "sopir belum menjawab, dipanggil lagi",
  "red_first": "kendaraannya diminta untuk keadaan gawat darurat",
  "nobody_there": "tidak ada orang di tempat penjemputan",
  "destination": "keluarga ditanyai tujuan jenazah",
  "nobody_eligible": "belum ada kendaraan yang boleh berangkat",
  "all_tried_or_unreachable": "semua kendaraan sudah dihubungi",
  "booking_uncertain": "pesanan besok belum punya kendaraan",
  "return_unsaid": "belum ada kabar kapan dijemput pulang",
  "out_of_stock": "persediaan habis"
} as const;
export const id_trip = {
  "offered": "Ditawarkan",
  "accepted": "Diterima",
  "declined": "Belum dapat berangkat",
  "expired": "Belum menjawab",
  "withdrawn": "Tawaran ditarik",
  "en_route": "Menuju",
  "on_scene": "Tiba",
  "transporting": "Mengantar",
  "at_destination": "Sampai",
  "cleared": "Selesai",
  "stood_down": "Dibebaskan"
} as const;
export const id_button = {
  "accept": "TERIMA",
  "decline": "Tolak…",
  "en_route": "SAYA BERANGKAT",
  "on_scene": "SAYA SUDAH TIBA",
  "transporting": "SUDAH NAIK, BERANGKAT",
  "at_destination": "SAMPAI DI TUJUAN",
  "clear": "SELESAI",
  "stand_down": "Bebaskan",
  "problem": "Ada kendala…",
  "undo": "Urungkan “{what}” · {seconds}"
} as const;
export const id_on_scene = {
  "clear": "DISERAHKAN, SELESAI",
  "clear_beside": "Selesai, ditangani di tempat",
  "stand_down_beside": "Pergi tanpa membawa",
  "transporting_beside": "Pasien ikut kendaraan ini"
} as const;
export const en_need = {
  "emergency": "Emergency",
  "referral": "Referral",
  "transport": "Appointment",
  "body": "Hearse",
  "document": "Document delivery"
} as const;
export const en_state = {
  "searching": "Waiting for the driver's answer",
  "assigned": "Driver has accepted",
  "in_progress": "Under way",
  "awaiting_approval": "Waiting for approval",
  "scheduled": "Booked",
  "waiting": "Call-back promised",
  "completed": "Done",
  "cancelled_by_requester": "Cancelled by the requester",
  "duplicate": "Recorded twice",
  "unfounded": "Nobody to pick up"
} as const;
export const en_duty = {
  "off_duty": "Off duty",
  "available": "Ready",
  "committed": "On a trip",
  "cleaning": "Being cleaned",
  "out_of_service": "Under repair"
} as const;
export const en_link = {
  "live": "live",
  "old": "old position",
  "lost": "no signal"
} as const;
export const en_role = {
  "staff": "Puskesmas staff",
  "driver": "Driver",
  "operator": "Operator",
  "health_officer": "Health Office",
  "admin": "Administrator",
  "device": "Device"
} as const;
export const en_promise_kind = {
  "vehicle": "Vehicle",
  "document": "Document"
} as const;
export const en_promise_end = {
  "handed_out": "Handed out",
  "not_needed": "No longer needed"
} as const;
export const en_effect = {
  "deny": "The vehicles that are named do not go for a request like this.",
  "require": "A vehicle goes only if the condition is met.",
  "approval": "A vehicle goes once somebody approves; the rules that are lifted no longer keep it from going.",
  "prefer": "Vehicles that meet the condition come first, as long as they are not much later.",
  "pair": "A second vehicle is sent along.",
  "defer": "Documents may follow later; the vehicle goes all the same.",
  "hold": "The destination is marked and certain people are notified; the search for a vehicle goes on."
} as const;
export const en_group = {
  "request": "Request",
  "patient": "Patient",
  "trip": "Trip",
  "vehicle": "Vehicle",
  "moment": "Moment of the decision"
} as const;
export const en_alike = {
  "same_place": "the same place",
  "same_time": "about the same time",
  "same_phone": "the same phone number",
  "same_need": "the same need"
} as const;
export const en_colour = {
  "red": "Red",
  "yellow": "Yellow",
  "green": "Green",
  "body": "Deceased"
} as const;
export const en_class = {
  "emergency_ambulance": "Emergency ambulance",
  "transport_ambulance": "Transport ambulance",
  "mobile_clinic": "Mobile clinic",
  "hearse": "Hearse",
  "dual_use": "Dual-use vehicle",
  "village_car": "Village car",
  "official_car": "Official car"
} as const;
export const en_urgency = {
  "red": "Red",
  "yellow": "Yellow",
  "green": "Green"
} as const;
export const en_cause = {
  "flood": "Flood",
  "procession": "Procession",
  "accident": "Accident",
  "works": "Road works",
  "other": "Another cause"
} as const;
export const en_documents = {
  "death_letter": "The death letter",
  "ktp": "The identity card",
  "rt_rw": "The letter of the neighbourhood",
  "health_letter": "The health letter",
  "kkp_letter": "The letter of the Port Health Office"
} as const;
export const en_call = {
  "told": "told",
  "no_answer": "no answer yet",
  "wrong_number": "wrong number"
} as const;
export const en_why = {
  "searching_long": "the search has taken long",
  "refused_often": "several drivers have not answered or could not go",
  "red_silent": "the driver has not answered and is called again",
  "red_first": "its vehicle was needed where a life is at stake",
  "nobody_there": "nobody is at the pick-up",
  "destination": "the family is asked where to",
  "nobody_eligible": "no vehicle may go yet",
  "all_tried_or_unreachable": "every vehicle has been asked",
  "booking_uncertain": "a booking that is near has no vehicle",
  "return_unsaid": "nobody has said when the way back is",
  "out_of_stock": "out of stock"
} as const;
export const en_trip = {
  "offered": "Asked",
  "accepted": "Accepted",
  "declined": "Cannot go",
  "expired": "No answer yet",
  "withdrawn": "Offer withdrawn",
  "en_route": "On the way",
  "on_scene": "Arrived",
  "transporting": "Transporting",
  "at_destination": "At destination",
  "cleared": "Done",
  "stood_down": "Released"
} as const;
export const en_button = {
  "accept": "ACCEPT",
  "decline": "Decline…",
  "en_route": "I AM LEAVING",
  "on_scene": "I HAVE ARRIVED",
  "transporting": "ABOARD, LEAVING",
  "at_destination": "AT THE DESTINATION",
  "clear": "DONE",
  "stand_down": "Release",
  "problem": "There is a problem…",
  "undo": "Take back “{what}” · {seconds}"
} as const;
export const en_on_scene = {
  "clear": "HANDED OVER, DONE",
  "clear_beside": "Done, treated on the scene",
  "stand_down_beside": "Leave with nobody aboard",
  "transporting_beside": "The patient comes with this vehicle"
} as const;
