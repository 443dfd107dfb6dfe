/** Given and family names as they are really paired, by where they are common. */
export const NAMES: { given: string; family: string }[] = [
	{
		given: 'Adaeze Chidi Emeka Funmilayo Ifeoma Kelechi Ngozi Obinna Tunde Yewande',
		family: 'Adeyemi Afolabi Balogun Eze Ibrahim Nwosu Obi Ogunleye Okafor Okonkwo',
	},
	{
		given: 'Abena Akosua Ama Efua Esi Kofi Kojo Kwabena Kwame Yaw',
		family: 'Acheampong Addo Amoah Asante Boateng Darko Mensah Osei Owusu Quaye',
	},
	{
		given: 'Aarav Ananya Arjun Deepika Ishaan Kavya Meera Nikhil Priya Rohan Sanjana Vikram',
		family: 'Banerjee Chatterjee Desai Iyer Joshi Kapoor Krishnan Mehta Nair Patel Reddy Sharma',
	},
	{
		given: 'Ayesha Bilal Fatima Hamza Hina Imran Mariam Omar Saad Zainab',
		family: 'Ahmed Akhtar Chaudhry Hussain Iqbal Khan Malik Qureshi Rashid Siddiqui',
	},
	{
		given: 'Ahmad Dalia Hadi Karim Laila Nadia Rami Samira Tariq Yasmin',
		family: 'Abboud Barakat Darwish El-Amin Fakhoury Haddad Khalil Mansour Nasser Sabbagh',
	},
	{
		given: 'Ayşe Burak Ceren Deniz Elif Emre Gökhan İpek Murat Şebnem',
		family: 'Aydın Çelik Demir Doğan Kaya Öztürk Polat Şahin Yıldız Yılmaz',
	},
	{
		given: 'Agnieszka Bartosz Grzegorz Katarzyna Łukasz Magdalena Małgorzata Paweł Wojciech Zofia',
		family: 'Dąbrowski Jankowski Kamiński Kowalczyk Król Mazur Nowak Wiśniewski Wójcik Zając',
	},
	{
		given: 'Anežka Dominik Jiří Kateřina Ondřej Radek Šárka Tomáš Veronika Zdeněk',
		family: 'Beneš Čermák Dvořák Horák Kučera Marek Němec Pospíšil Růžička Svoboda',
	},
	{
		given: 'Beatriz Camila Diego Íñigo Javier Lucía Marisol Mateo Rocío Santiago Ximena',
		family: 'Castillo|Fernández Rojas|García Márquez|Gutiérrez|Herrera|Ibáñez|López Cano|Muñoz|Ortega|Peña|Sánchez Vidal',
	},
	{
		given: 'Ana Beatriz|Caio|Davi|Inês|João|Júlia|Luís|Mariana|Rafael|Thaís',
		family: 'Araújo|Barbosa|Cardoso|da Silva|Figueiredo|Gonçalves|Magalhães|Monteiro|Nogueira|Simões',
	},
	{
		given: 'Amélie Benoît Chloé Étienne Gaëlle Hélène Jean-Luc Mathieu Océane Zoé',
		family: 'Beauchamp|Bélanger|Chevalier|Desrosiers|Durand|Gauthier|Lefèvre|Moreau|Pelletier|Saint-Pierre',
	},
	{
		given: 'Annika Björn Franziska Jürgen Katharina Lukas Matthias Sabine Sören Ulrike',
		family: 'Bäcker|Engelhardt|Großmann|Hübner|Köhler|Lindner|Müller|Schäfer|Vogel|von Arnim',
	},
	{
		given: 'Bram Daan Esmée Femke Joost Lotte Marijke Pieter Sanne Thijs',
		family: 'Bakker|de Vries|Hendriks|Jansen|Kuiper|Smit|van den Berg|van Dijk|Visser|Zijlstra',
	},
	{
		given: 'Astrid Bjørn Freja Ingrid Kåre Maja Nils Ragnhild Søren Torbjørn',
		family: 'Andersen Berg Dahl Eriksson Holmström Jørgensen Kjær Lindqvist Nyström Åkesson',
	},
	{
		given: 'Birta Einar Guðrún Hákon Katrín Ólafur Sigríður Þórdís',
		family: 'Björnsdóttir Einarsson Gunnarsdóttir Helgason Jónsdóttir Magnússon Sigurðardóttir Þorsteinsson',
	},
	{
		given: 'Aino Eero Helmi Juhani Kaisa Lauri Päivi Tuomas Väinö Aada',
		family: 'Heikkinen Hämäläinen Järvinen Koskinen Laine Mäkinen Nieminen Salonen Virtanen',
	},
	{
		given: 'Anh Bảo Diệu Hiếu Khánh Linh Minh Ngọc Quân Thảo',
		family: 'Bùi Đặng Hoàng Lê Ngô Nguyễn Phạm Trần Võ Vũ',
	},
	{
		given: 'Akira Daichi Haruka Kenji Mei Naoko Ryō Sakura Takumi Yōko',
		family: 'Fujimoto Hayashi Inoue Kobayashi Matsuda Nakamura Saitō Takahashi Watanabe Yoshida',
	},
	{
		given: 'Chenxi Fang Haoran Jiayi Lihua Meiling Xiaoyu Yifan Zhen Zihan',
		family: 'Chen Gao Huang Liang Lin Wang Xu Zhang Zhao Zhou',
	},
	{
		given: 'Eun-ji Hye-jin Ji-hoon Jun-ho Min-seo Seo-yeon Sung-min Woo-jin',
		family: 'Choi Han Jang Jung Kang Kim Lim Park Shin Yoon',
	},
	{
		given: 'Aroha Hemi Keoni Leilani Malia Manaia Sione Tama',
		family: 'Kealoha Ngata Parata Tamatea Taufa Te-Rangi Tuilagi',
	},
	{
		given: 'Aoife Cian Eilidh Fergus Niamh Oisín Róisín Siobhán Tadhg Una',
		family: "Byrne|Fitzgerald|Gallagher|MacLeod|McCarthy|Murphy|Ní Bhriain|O'Brien|O'Sullivan|Sutherland",
	},
	{
		given: 'Alice Dwayne Grace Imani Jasmine Marcus Owen Rebecca Samuel Theodora',
		family: 'Bennett Carter Ellison Freeman Greene Hughes Montgomery Reid Washington Whitaker',
	},
	{
		given: 'Anastasiia Bohdan Daryna Ivan Kateryna Mykola Oksana Taras Yuliia',
		family: 'Bondarenko Hrytsenko Kovalenko Lysenko Melnyk Petrenko Shevchenko Tkachuk',
	},
	{
		given: 'Ariel Eitan Liora Maayan Noam Shira Tamar Yael Yonatan',
		family: 'Avraham|Ben-David|Cohen|Friedman|Levi|Mizrahi|Peretz|Shapira',
	},
	{
		given: 'Arman Dariush Farah Golnaz Kian Laleh Navid Shirin',
		family: 'Ahmadi Farahani Hosseini Jafari Karimi Moradi Rostami Tehrani',
	},
	{
		given: 'Abebe Dawit Hirut Makeda Selam Tesfaye Wanjiru Zawadi Baraka Neema',
		family: 'Bekele Gebre Kamau Kiplagat Mwangi Ochieng Tadesse Wangari',
	},
];

const split = (words: string) => words.split(words.includes('|') ? '|' : ' ');
export const ORIGINS = NAMES.map(({ given, family }) => ({ given: split(given), family: split(family) }));

const PLAIN: Record<string, string> = {
	ß: 'ss',
	æ: 'ae',
	ø: 'o',
	ł: 'l',
	đ: 'd',
	ð: 'd',
	þ: 'th',
	ı: 'i',
	å: 'a',
};

/** A name as it stands in a login or an e-mail address. */
export function plain(name: string): string {
	return name
		.toLowerCase()
		.replace(/[ßæøłđðþıå]/gu, (letter) => PLAIN[letter]!)
		.normalize('NFD')
		.replace(/[^a-z -]/gu, '')
		.replace(/ /gu, '');
}
