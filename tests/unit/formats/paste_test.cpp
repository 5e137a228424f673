#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "formats/paste.hpp"
#include "model/policy_rule.hpp"
#include "unit/net/values.hpp"

namespace onlan::formats {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

Pasted read(std::string text)
{
    const PastedText pasted{.name = {}, .text = std::move(text)};
    return read_paste({&pasted, 1});
}

model::Netns host_of(std::string text)
{
    return read(std::move(text)).snapshot.namespaces.front();
}

model::Link link(const model::Netns& netns, std::string_view name)
{
    const model::Link* found = netns.find_link(name);
    EXPECT_NE(found, nullptr) << name;
    return found == nullptr ? model::Link{} : *found;
}

std::vector<std::string> rules_of(const model::Netns& netns, const char* table, const char* chain)
{
    std::vector<std::string> rules;
    for (const model::XtablesRuleset& ruleset : netns.xtables) {
        const model::XtablesChain* found = ruleset.find_chain(table, chain);
        for (std::size_t i = 0; found != nullptr && i < found->rules.size(); ++i) {
            std::string words;
            for (const std::string& word : found->rules[i].words)
                words += (words.empty() ? "" : " ") + word;
            rules.push_back(words);
        }
    }
    return rules;
}

// ---- what a command is known by ----

constexpr const char* kSysctl = "net.ipv4.ip_forward = 1\n";

std::string forwarding(const std::string& text, const char* netns = "host")
{
    const Pasted pasted = read(text);
    const model::Netns* found = pasted.snapshot.find_netns(netns);
    return found == nullptr ? "no such namespace"
                            : std::string(found->sysctl(model::kIpv4Sysctls["ip_forward"]));
}

TEST(PasteTranscript, Is_read_as_it_was_pasted)
{
    const std::string line = kSysctl;
    for (const std::string& text : std::vector<std::string>{
             line,
             "```console\nuser@nas:~$ sysctl net.ipv4.ip_forward\n" + line + "```\n",
             "> user@nas:~$ sudo sysctl net.ipv4.ip_forward\r\n> net.ipv4.ip_forward = 1\r\n",
             "\x1b[01;32muser@nas\x1b[00m:\x1b[01;34m~\x1b[00m$ sysctl net.ipv4.ip_forward\n" +
                 line,
             "[root@nas ~]# sysctl net.ipv4.ip_forward\n" + line,
             "# sysctl net.ipv4.ip_forward\n" + line,
             "And here is `sysctl net.ipv4.ip_forward`:\n\n" + line,
             std::string("$ cat /proc/sys/net/ipv4/ip_forward\n1\n"),
             std::string("$ sysctl -n net.ipv4.ip_forward\n1\n"),
         })
        EXPECT_EQ(forwarding(text), "1") << text;
}

TEST(PasteTranscript, Tells_whose_namespace_it_is)
{
    const std::string line = kSysctl;
    EXPECT_EQ(forwarding("$ docker exec -it web sysctl -a\n" + line, "container:web"), "1");
    EXPECT_EQ(forwarding("$ sudo ip netns exec blue sysctl -a\n" + line, "netns:blue"), "1");
    EXPECT_EQ(forwarding("$ sudo nsenter -t 4711 -n sysctl -a\n" + line, "pid:4711"), "1");
    EXPECT_EQ(
        forwarding("a@nas:~$ docker exec -it web sh\n/ # sysctl -a\n" + line, "container:web"),
        "1");
    EXPECT_EQ(forwarding("a@nas:~$ docker exec -it web sh\n/ # exit\na@nas:~$ sysctl -a\n" + line),
              "1");
    EXPECT_EQ(forwarding("root@3f0c81d2a7b4:/# sysctl -a\n" + line, "container:3f0c81d2a7b4"), "1");
}

TEST(PasteTranscript, A_process_and_an_id_are_the_container_that_they_belong_to)
{
    const std::string inspect =
        R"([{"Id": "3f0c81d2a7b4c5d6", "Name": "/web", "State": {"Running": true, "Pid": 4711},
             "NetworkSettings": {"Networks": {}}}])";
    for (const char* prompt :
         {"$ nsenter -t 4711 -n sysctl -a\n", "root@3f0c81d2a7b4:/# sysctl -a\n"})
        EXPECT_EQ(forwarding(inspect + "\n" + prompt + kSysctl, "container:web"), "1");
}

TEST(PasteTranscript, What_is_not_understood_is_listed_with_its_line)
{
    EXPECT_THAT(
        read("Hello,\nplease help\n$ traceroute 1.1.1.1\n1 gw 0.3 ms\n").unused,
        ElementsAre("lines 1 to 2: no output of a program that is known: 'Hello,'",
                    "line 4: output of `traceroute 1.1.1.1`, which is not read: '1 gw 0.3 ms'"));
    EXPECT_THAT(
        read("a@b:~$ traceroute 1.1.1.1\n1 gw 0.3 ms\n").unused,
        ElementsAre("line 2: output of `traceroute 1.1.1.1`, which is not read: '1 gw 0.3 ms'"));
    EXPECT_THAT(read("$ ip r\ndefault via 10.0.0.1 dev eth0\nnonsense\n").unused,
                ElementsAre("line 3: not a line of `ip route`: 'nonsense'"));
}

TEST(PasteTranscript, Lines_left_out_are_an_assumption)
{
    const char* const what = "what was left out of `iptables -S` (line 1) makes no difference";
    EXPECT_THAT(host_of("$ iptables -S | grep DROP\n-A INPUT -j DROP\n").assumed,
                Contains(StartsWith(what)));
    EXPECT_THAT(host_of("$ iptables -S\n-P INPUT ACCEPT\n...\n").assumed,
                Contains(StartsWith(what)));
}

// ---- devices, addresses, routes ----

TEST(PasteForms, A_device_has_what_ip_prints_of_it)
{
    const model::Netns host = host_of(
        "5: veth1@if4: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 qdisc noqueue master docker0 "
        "state "
        "UP group default\n"
        "    link/ether 9e:2b:a9:44:01:7d brd ff:ff:ff:ff:ff:ff link-netnsid 0\n"
        "    inet 10.0.0.2 peer 10.0.0.1/32 scope link veth1\n"
        "3: docker0: <BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state DOWN group default\n");
    const model::Link veth = link(host, "veth1");
    EXPECT_EQ(veth.index, 5);
    EXPECT_EQ(veth.kind, "veth");
    EXPECT_EQ(veth.mac, mac("9e:2b:a9:44:01:7d"));
    EXPECT_EQ(veth.mtu, 1400U);
    EXPECT_EQ(veth.master, 3);
    EXPECT_EQ(veth.master_kind, "bridge");
    EXPECT_TRUE(link(host, "docker0").bridge);
    EXPECT_FALSE(link(host, "docker0").carrier);
    EXPECT_EQ(host.addresses.at(0).peer, ip("10.0.0.1"));
}

TEST(PasteForms, Details_tell_kinds_and_switches)
{
    const model::Netns host = host_of(
        "$ ip -d link\n"
        "2: br0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT\n"
        "    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 1 allmulti 0\n"
        "    bridge forward_delay 1500 ageing_time 30000 stp_state 1 vlan_filtering 1 "
        "nf_call_iptables 1\n"
        "3: p: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue master br0 state UP\n"
        "    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff promiscuity 1\n"
        "    veth\n"
        "    bridge_slave state forwarding priority 32 hairpin on isolated on\n"
        "4: m@p: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP\n"
        "    link/ether 02:00:00:00:00:03 brd ff:ff:ff:ff:ff:ff promiscuity 0\n"
        "    macvlan mode vepa\n");
    EXPECT_TRUE(link(host, "br0").bridge->stp);
    EXPECT_TRUE(link(host, "br0").bridge->nf_call.iptables);
    EXPECT_TRUE(link(host, "p").port->hairpin);
    EXPECT_TRUE(link(host, "p").port->isolated);
    EXPECT_EQ(link(host, "m").macvlan_mode, model::MacvlanMode::vepa);
    EXPECT_THAT(host.assumed, testing::Not(Contains(HasSubstr("told by their names"))));
}

TEST(PasteForms, A_route_is_what_ip_or_route_print)
{
    const auto routes = [](const std::string& text) {
        std::vector<model::Route> found = host_of(text).routes;
        std::erase_if(found, [](const auto& one) { return one.table == model::kTableLocal; });
        return found;
    };
    const auto ip_r = routes("$ ip r\ndefault via 10.0.0.1 dev eth0 proto dhcp metric 100\n"
                             "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.5\n"
                             "unreachable 10.9.0.0/16\n"
                             "10.8.0.0/16\n\tnexthop via 10.0.0.2 dev eth0 weight 1\n"
                             "\tnexthop via 10.0.0.3 dev eth0 weight 2\n"
                             "10.7.0.0/16 via 10.0.0.4 dev eth0 table vpn\n");
    ASSERT_EQ(ip_r.size(), 5U);
    EXPECT_EQ(ip_r[0].gateway, ip("10.0.0.1"));
    EXPECT_EQ(ip_r[0].metric, 100U);
    EXPECT_EQ(ip_r[1].preferred_source, ip("10.0.0.5"));
    EXPECT_EQ(ip_r[2].type, number(model::RouteType::unreachable));
    EXPECT_EQ(ip_r[3].next_hops.at(1).weight, 2U);
    EXPECT_NE(ip_r[4].table, model::kTableMain);

    const auto route_n = routes("$ route -n\nKernel IP routing table\n"
                                "Destination Gateway Genmask Flags Metric Ref Use Iface\n"
                                "0.0.0.0 10.0.0.1 0.0.0.0 UG 100 0 0 eth0\n"
                                "10.0.0.0 0.0.0.0 255.255.255.0 U 0 0 0 eth0\n");
    ASSERT_EQ(route_n.size(), 2U);
    EXPECT_EQ(route_n[0].gateway, ip_r[0].gateway);
    EXPECT_EQ(route_n[1].destination, prefix("10.0.0.0/24"));
}

TEST(PasteForms, A_policy_rule_is_whole_and_finds_the_table_of_its_name)
{
    const model::Netns host =
        host_of("$ ip rule\n0:\tfrom all lookup local\n"
                "99:\tnot from 10.0.0.0/8 fwmark 0x1/0xff iif eth0 lookup vpn\n"
                "32766:\tfrom all lookup main\n"
                "$ ip route show table vpn\ndefault via 10.0.0.1 dev eth0\n");
    std::vector<model::PolicyRule> rules;
    for (const model::Rule& rule : host.policy_rules)
        rules.push_back(model::policy_rule_from(rule));
    const model::PolicyRule expected{.priority = 99,
                                     .invert = true,
                                     .from = prefix("10.0.0.0/8"),
                                     .input_interface = "eth0",
                                     .mark = model::MaskedMark{.value = 1, .mask = 0xFF},
                                     .table = host.routes.front().table};
    EXPECT_THAT(rules, Contains(expected));
}

TEST(PasteForms, Old_tools_tell_the_same_as_new_ones)
{
    const model::Netns old =
        host_of("eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n"
                "        inet 10.0.0.5  netmask 255.255.255.0  broadcast 10.0.0.255\n"
                "        ether 02:00:00:00:00:05  txqueuelen 1000  (Ethernet)\n"
                "$ arp -n\nAddress HWtype HWaddress Flags Mask Iface\n"
                "10.0.0.1 ether 02:00:00:00:00:01 C eth0\n"
                "$ brctl show\nbridge name\tbridge id\tSTP enabled\tinterfaces\n"
                "br0\t8000.020000000005\tyes\tvnet0\n\t\t\tvnet1\n");
    EXPECT_EQ(old.addresses.at(0).local.to_string(), "10.0.0.5/24");
    EXPECT_EQ(link(old, "eth0").mac, mac("02:00:00:00:00:05"));
    EXPECT_EQ(old.neighbours.at(0).mac, mac("02:00:00:00:00:01"));
    EXPECT_TRUE(link(old, "br0").bridge->stp);
    EXPECT_EQ(link(old, "vnet1").master, link(old, "br0").index);
}

// ---- rules ----

TEST(PasteForms, A_row_of_iptables_L_is_the_rule_that_iptables_save_prints)
{
    const auto rules_in = [](const std::string& rows) {
        return rules_of(host_of("$ iptables -L -n -v --line-numbers\n"
                                "Chain INPUT (policy DROP 3 packets, 180 bytes)\n"
                                "num   pkts bytes target  prot opt in  out  source  destination\n" +
                                rows),
                        "filter", "INPUT");
    };
    EXPECT_THAT(
        rules_in("1 12K 1M ACCEPT tcp -- !eth0 * 10.0.0.0/8 !10.0.0.5 tcp dpts:80:90 ctstate NEW\n"
                 "2 0 0 ACCEPT 6 -- lo * 0.0.0.0/0 0.0.0.0/0 multiport dports 22,80 /* of us */\n"
                 "3 0 0 all -- * * 0.0.0.0/0 0.0.0.0/0 mark match ! 0x1/0xff\n"
                 "4 0 0 REJECT tcp -- * * 0.0.0.0/0 0.0.0.0/0 tcp flags:0x17/0x02 reject-with "
                 "tcp-reset\n"
                 "5 0 0 LOG all -- * * 0.0.0.0/0 0.0.0.0/0 LOG flags 0 level 4 prefix \"odd one\"\n"
                 "6 0 0 DROP all -- * * 0.0.0.0/0 0.0.0.0/0 recent: CHECK seconds: 60\n"),
        ElementsAre(
            "-s 10.0.0.0/8 ! -d 10.0.0.5 ! -i eth0 -p tcp -m tcp --dport 80:90 -m conntrack "
            "--ctstate NEW -j ACCEPT",
            "-i lo -p tcp -m multiport --dports 22,80 -m comment --comment of us -j ACCEPT",
            "-m mark ! --mark 0x1/0xff",
            "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j REJECT --reject-with tcp-reset",
            "-j LOG --log-prefix odd one", "-m recent: CHECK seconds: 60 -j DROP"));
}

TEST(PasteForms, Without_v_nobody_knows_the_interfaces_of_a_rule)
{
    EXPECT_THAT(rules_of(host_of("Chain INPUT (policy DROP)\n"
                                 "target     prot opt source               destination\n"
                                 "ACCEPT     all  --  anywhere             anywhere\n"),
                         "filter", "INPUT"),
                ElementsAre("-m interfaces (`iptables -S` would tell) -j ACCEPT"));
}

TEST(PasteForms, A_table_without_its_name_is_known_by_what_it_has)
{
    const std::string head = "num pkts bytes target prot opt in out source destination\n";
    EXPECT_THAT(
        rules_of(host_of("Chain PREROUTING (policy ACCEPT)\n" + head +
                         "1 0 0 DNAT tcp -- eth0 * 0.0.0.0/0 0.0.0.0/0 tcp dpt:80 "
                         "to:10.0.0.2:8080\n"),
                 "nat", "PREROUTING"),
        ElementsAre("-i eth0 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.2:8080"));
    EXPECT_THAT(rules_of(host_of("-P PREROUTING ACCEPT\n-P POSTROUTING ACCEPT\n"
                                 "-A POSTROUTING -o eth0 -j MASQUERADE\n"),
                         "nat", "POSTROUTING"),
                ElementsAre("-o eth0 -j MASQUERADE"));
    EXPECT_THAT(rules_of(host_of("$ sudo iptables-save\n*mangle\n:FORWARD ACCEPT [0:0]\n"
                                 "-A FORWARD -j ACCEPT\nCOMMIT\n"),
                         "mangle", "FORWARD"),
                ElementsAre("-j ACCEPT"));
}

nlohmann::json nft_rules(const std::string& rules)
{
    const model::Netns host = host_of("table inet t {\n\tchain c {\n\t\ttype filter hook input "
                                      "priority filter + 5; policy drop;\n" +
                                      rules + "\n\t}\n}\n");
    nlohmann::json found = nlohmann::json::array();
    for (const model::NftObject& object : *host.nftables.objects) {
        if (object.kind() == "rule")
            found.push_back(object.body()["expr"]);
    }
    return found;
}

TEST(PasteForms, Text_of_nft_is_what_nft_prints_as_json)
{
    const auto same = [](const char* text, const char* json) {
        EXPECT_EQ(nft_rules(text), nlohmann::json::array({nlohmann::json::parse(json)})) << text;
    };
    same("iifname \"eth0\" ip saddr 10.0.0.0/8 tcp dport { 22, 80-90 } accept",
         R"([{"match":{"op":"==","left":{"meta":{"key":"iifname"}},"right":"eth0"}},
             {"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},
                       "right":{"prefix":{"addr":"10.0.0.0","len":8}}}},
             {"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},
                       "right":{"set":[22,{"range":[80,90]}]}}},{"accept":null}])");
    same("ct state established,related counter packets 3 bytes 180 accept comment \"ours\"",
         R"([{"match":{"op":"in","left":{"ct":{"key":"state"}},"right":["established","related"]}},
             {"counter":{"packets":3,"bytes":180}},{"accept":null}])");
    same("ct state vmap { established : accept, invalid : jump bad }",
         R"([{"vmap":{"key":{"ct":{"key":"state"}},"data":{"set":[["established",{"accept":null}],
             ["invalid",{"jump":{"target":"bad"}}]]}}}])");
    same("tcp flags & (fin | syn) == syn meta mark set 0x00000007 dnat ip to 10.0.0.2:80",
         R"([{"match":{"op":"==","left":{"&":[{"payload":{"protocol":"tcp","field":"flags"}},
             ["fin","syn"]]},"right":"syn"}},
             {"mangle":{"key":{"meta":{"key":"mark"}},"value":7}},
             {"dnat":{"family":"ip","addr":"10.0.0.2","port":80}}])");
    same("xt target \"MASQUERADE\"", R"([{"xt":{"type":"target","name":"MASQUERADE"}}])");
}

TEST(PasteForms, What_is_not_known_of_nft_is_a_match_that_nobody_knows_and_its_verdict)
{
    EXPECT_EQ(
        nft_rules("osf name \"Linux\" accept"),
        nlohmann::json::parse(
            R"([[{"match":{"op":"==","left":{"osf name Linux":null},"right":0}},{"accept":null}]])"));
}

// ---- sockets and Docker ----

TEST(PasteForms, Sockets_that_wait_are_known_by_ss_and_by_netstat)
{
    const auto sockets = [](const std::string& text) { return host_of(text).sockets; };
    const auto ss =
        sockets("$ ss -tulpn\nNetid State Recv-Q Send-Q Local Address:Port Peer\n"
                "tcp LISTEN 0 128 127.0.0.1:5432 0.0.0.0:* users:((\"postgres\",pid=9))\n"
                "udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*\n"
                "tcp LISTEN 0 128 *:80 *:*\n"
                "tcp ESTAB 0 0 10.0.0.5:22 10.0.0.9:4000\n");
    ASSERT_EQ(ss.size(), 3U);
    EXPECT_EQ(ss[0].address, ip("127.0.0.1"));
    EXPECT_EQ(ss[0].program, "postgres");
    EXPECT_NE(ss[1].link, 0);
    EXPECT_FALSE(ss[2].ipv6_only);
    const auto netstat = sockets("Active Internet connections (only servers)\n"
                                 "Proto Recv-Q Send-Q Local Address Foreign Address State\n"
                                 "tcp 0 0 127.0.0.1:5432 0.0.0.0:* LISTEN 9/postgres\n");
    ASSERT_EQ(netstat.size(), 1U);
    EXPECT_EQ(netstat[0], ss[0]);
}

TEST(PasteForms, Ports_of_docker_ps_and_of_a_compose_file_are_published)
{
    const auto ports = [](const std::string& text) {
        const Pasted pasted = read(text);
        std::vector<std::string> found;
        for (const auto& container : pasted.snapshot.docker->containers) {
            for (const model::PublishedPort& port : container.ports)
                found.push_back(container.name + " " + std::to_string(port.host_port) + ":" +
                                std::to_string(port.container_port));
        }
        return found;
    };
    EXPECT_THAT(ports("CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES\n"
                      "3f0c81d2a7b4   nginx   \"/x\"   2 days ago   Up 2 days   "
                      "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, 443/tcp   web\n"),
                ElementsAre("web 8080:80", "web 0:443"));
    EXPECT_THAT(ports("services:\n  web:\n    ports:\n      - \"8080:80\"\n"
                      "      - target: 53\n        published: \"5353\"\n        protocol: udp\n"
                      "Thanks a lot!\n"),
                ElementsAre("web 8080:80", "web 5353:53"));
}

TEST(PasteForms, An_alias_of_yaml_that_stands_for_millions_is_refused)
{
    std::string bomb = "services:\n  a: &a [x, x, x, x, x, x, x, x, x]\n";
    for (char name = 'b'; name < 'k'; ++name) {
        const std::string before = "*" + std::string(1, static_cast<char>(name - 1));
        bomb += std::string("  ") + name + ": &" + name + " [" + before;
        for (int i = 0; i < 8; ++i)
            bomb += ", " + before;
        bomb += "]\n";
    }
    EXPECT_THAT(read(bomb).unused, ElementsAre(HasSubstr("the YAML document is too large")));
}

// ---- what is assumed ----

TEST(PasteAssumptions, Each_names_the_command_that_would_tell)
{
    for (const std::string& sentence : host_of("2: eth0: <UP,LOWER_UP> mtu 1500 qdisc x\n"
                                               "    inet 10.0.0.5/24 scope global eth0\n")
                                           .assumed)
        EXPECT_THAT(sentence, AllOf(HasSubstr("`"), HasSubstr(" would tell")));
}

TEST(PasteAssumptions, A_container_that_was_pasted_from_inside_is_joined_to_its_cable)
{
    const Pasted pasted =
        read("$ ip a\n7: veth1@if6: <UP,LOWER_UP> mtu 1500 qdisc x master docker0 state UP\n"
             "    link/ether 02:00:00:00:00:07 brd ff:ff:ff:ff:ff:ff link-netnsid 3\n"
             "$ docker exec web ip a\n6: eth0@if7: <UP,LOWER_UP> mtu 1500 qdisc x state UP\n"
             "    link/ether 02:00:00:00:00:06 brd ff:ff:ff:ff:ff:ff link-netnsid 0\n");
    const model::Netns& host = pasted.snapshot.namespaces.at(0);
    const model::Netns& web = *pasted.snapshot.find_netns("container:web");
    EXPECT_EQ(host.peers.at(*link(host, "veth1").peer_netnsid), web.inode);
    EXPECT_EQ(web.peers.at(*link(web, "eth0").peer_netnsid), host.inode);
}

TEST(PasteAssumptions, Nothing_pasted_is_an_empty_host)
{
    const Pasted pasted = read("");
    EXPECT_EQ(pasted.snapshot.namespaces.at(0).name, "host");
    EXPECT_THAT(pasted.unused, IsEmpty());
}

} // namespace
} // namespace onlan::formats
