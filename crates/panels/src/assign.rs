//! From seats per type to people: who of a type sits on which panel.
//!
//! A type's places go round its people, so that two people without household
//! ties and with equal answers differ by at most one panel over the whole list.
//! Types of one kind of household share its households: each panel seats them
//! in different households, those first who were seated least.
//!
//! This file never changes how many seats a type gets.

use crate::instance::{Instance, index};

/// Panels as ascending lists of people, in lexicographic order.
pub(crate) fn seat(instance: &Instance, list: &[&[(u32, u32)]]) -> Vec<Vec<u32>> {
    let mut pointer = vec![0_usize; instance.kinds.len()];
    let mut seated = vec![0_u32; index(instance.people)];
    let mut panels: Vec<Vec<u32>> = Vec::with_capacity(list.len());
    for seats in list {
        let mut panel = Vec::with_capacity(index(instance.seats));
        let mut groups: Vec<(usize, usize, u32)> = Vec::new();
        for &(kind, places) in *seats {
            let kind = index(kind);
            let members = &instance.kinds[kind].members;
            if let Some(group) = instance.kinds[kind].group {
                groups.push((group, kind, places));
                continue;
            }
            for _ in 0..places {
                panel.push(members[pointer[kind]]);
                pointer[kind] = (pointer[kind] + 1) % members.len();
            }
        }
        groups.sort_unstable();
        for same in groups.chunk_by(|a, b| a.0 == b.0) {
            seat_group(instance, same, &mut seated, &mut panel);
        }
        panel.sort_unstable();
        panels.push(panel);
    }
    if !instance.groups.is_empty() {
        even_out(instance, &mut panels, &mut seated);
    }
    panels.sort_unstable();
    panels
}

/// Seats the types of one kind of household in different households.
fn seat_group(instance: &Instance, types: &[(usize, usize, u32)], seated: &mut [u32], panel: &mut Vec<u32>) {
    let Some(&(group, _, _)) = types.first() else { return };
    let households = &instance.groups[group].households;
    let mut free = vec![true; households.len()];
    for &(_, kind, places) in types {
        for _ in 0..places {
            let pick = households
                .iter()
                .enumerate()
                .filter(|(h, _)| free[*h])
                .flat_map(|(h, people)| people.iter().map(move |p| (h, *p)))
                .filter(|(_, p)| instance.kind_of[index(*p)] == kind)
                .min_by_key(|(h, p)| {
                    let whole: u32 = households[*h].iter().map(|q| seated[index(*q)]).sum();
                    (seated[index(*p)], whole, *p)
                });
            if let Some((h, p)) = pick {
                free[h] = false;
                seated[index(p)] += 1;
                panel.push(p);
            }
        }
    }
}

/// Where two people of one type still differ by more than one panel, lets two
/// households of one kind change places on a panel where that helps.
fn even_out(instance: &Instance, panels: &mut [Vec<u32>], seated: &mut [u32]) {
    for kind in instance.kinds.iter().filter(|k| k.group.is_some()) {
        for _ in 0..kind.members.len() * 4 {
            let by_seats = |p: &&u32| (seated[index(**p)], **p);
            let (Some(&most), Some(&least)) =
                (kind.members.iter().max_by_key(by_seats), kind.members.iter().min_by_key(by_seats))
            else {
                break;
            };
            if seated[index(most)] <= seated[index(least)] + 1 {
                break;
            }
            let home = instance.household_of[index(least)];
            let found = panels.iter_mut().find(|panel| {
                panel.binary_search(&most).is_ok() && !panel.iter().any(|p| instance.household_of[index(*p)] == home)
            });
            let Some(panel) = found else { break };
            for p in panel.iter_mut() {
                if *p == most {
                    *p = least;
                }
            }
            panel.sort_unstable();
            seated[index(most)] -= 1;
            seated[index(least)] += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Quotas, RespondentOptions, Respondents};

    #[test]
    fn equal_people_differ_by_at_most_one_panel() {
        let quotas = Quotas::from_csv(b"feature,value,min,max\ng,a,0,9\ng,b,0,9\n").expect("quotas");
        for (homes, label) in [(0, "alone"), (2, "pairs"), (3, "threes")] {
            // pairs and threes: members of different types under one roof
            let mut text = String::from("id,g,home\n");
            for p in 0..18_u32 {
                let value = if p % 3 == 0 { "a" } else { "b" };
                let home = p.checked_div(homes).map_or(String::new(), |h| format!("h{h}"));
                text.push_str(&format!("{p},{value},{home}\n"));
            }
            let options = RespondentOptions { household: vec!["home".into()], ..Default::default() };
            let people = Respondents::from_csv(text.as_bytes(), &quotas, &options).expect("people");
            let instance = Instance::new(&quotas, &people, 4).expect("instance");
            // one seat for each of four types (or two and two), whatever they are
            let kinds = crate::instance::count(instance.kinds.len());
            let seats: Vec<Vec<(u32, u32)>> = (0..50_u32)
                .map(|i| {
                    let mut taken = vec![0; instance.kinds.len()];
                    for j in 0..4 {
                        taken[index((i + j * (1 + i % 2)) % kinds)] += 1;
                    }
                    (0..kinds).zip(taken).filter(|s| s.1 > 0).collect()
                })
                .collect();
            let list: Vec<&[(u32, u32)]> = seats.iter().map(Vec::as_slice).collect();
            let built = crate::check::check(&instance, seat(&instance, &list)).expect(label);
            for kind in &instance.kinds {
                let copies = kind.members.iter().map(|p| built.copies()[index(*p)]);
                let (low, high) = (copies.clone().min(), copies.max());
                let apart = high.zip(low).map(|(h, l)| h - l);
                let allowed = if homes == 0 { 1 } else { 2 };
                assert!(apart <= Some(allowed), "{label}: {apart:?}");
            }
        }
    }
}
