// TCP as conntrack follows it: net/netfilter/nf_conntrack_proto_tcp.c.

#include "unit/simulate/frames.hpp"

namespace onlan::simulate {
namespace {

using rules::CtDirection;

constexpr std::uint8_t kUrg = 32;
constexpr CtDirection kOriginal = CtDirection::original;
constexpr CtDirection kReply = CtDirection::reply;

// One connection. The client's numbers begin at 1000, the server's at 5000.
class TcpTest : public testing::Test {
protected:
    struct Segment {
        CtDirection direction = kOriginal;
        std::uint8_t flags = 0;
        std::uint32_t sequence = 0;
        std::uint32_t acknowledged = 0;
        std::uint16_t payload = 0;
        std::optional<std::uint32_t> sack_edge = std::nullopt;
    };
    TcpResult see(const Segment& segment)
    {
        Ip is = simulate::segment("10.0.0.1", 1000, "10.0.0.2", 80, segment.flags);
        is.sequence = segment.sequence;
        is.acknowledged = segment.acknowledged;
        is.payload = segment.payload;
        is.sack_edge = segment.sack_edge;
        is.options.sack_permitted = (segment.flags & kSyn) != 0;
        const TcpResult result = tcp_packet(connection, segment.direction, is, settings);
        if (result == TcpResult::accept) {
            connection.entry.status |= kConfirmed;
            if (segment.direction == kReply)
                connection.entry.status |= kSeenReply;
        }
        return result;
    }
    void accept(const Segment& segment) { EXPECT_EQ(see(segment), TcpResult::accept); }
    void refuse(const Segment& segment) { EXPECT_EQ(see(segment), TcpResult::invalid); }
    // enum tcp_conntrack, as `conntrack -L` writes it.
    [[nodiscard]] std::string state() const
    {
        constexpr const char* kNames[] = {"NONE",     "SYN_SENT",   "SYN_RECV", "ESTABLISHED",
                                          "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT",
                                          "CLOSE",    "SYN_SENT2"};
        return kNames[connection.entry.tcp_state];
    }
    void establish()
    {
        accept({kOriginal, kSyn, 1000, 0});
        accept({kReply, kSyn | kAck, 5000, 1001});
        accept({kOriginal, kAck, 1001, 5001});
    }

    Connection connection;
    NetnsSettings settings;
};

TEST_F(TcpTest, A_connection_goes_through_the_states_of_its_handshake)
{
    accept({kOriginal, kSyn, 1000, 0});
    EXPECT_EQ(state(), "SYN_SENT");
    accept({kReply, kSyn | kAck, 5000, 1001});
    EXPECT_EQ(state(), "SYN_RECV");
    accept({kOriginal, kAck, 1001, 5001});
    EXPECT_EQ(state(), "ESTABLISHED");
    EXPECT_TRUE(connection.has(kAssured));
}

TEST_F(TcpTest, A_connection_that_is_closed_in_order_ends_in_TIME_WAIT)
{
    establish();
    accept({kOriginal, kFin | kAck, 1001, 5001});
    EXPECT_EQ(state(), "FIN_WAIT");
    accept({kReply, kAck, 5001, 1002});
    EXPECT_EQ(state(), "CLOSE_WAIT");
    accept({kReply, kFin | kAck, 5001, 1002});
    EXPECT_EQ(state(), "LAST_ACK");
    accept({kOriginal, kAck, 1002, 5002});
    EXPECT_EQ(state(), "TIME_WAIT");
}

TEST_F(TcpTest, A_new_SYN_after_TIME_WAIT_begins_a_new_connection)
{
    establish();
    accept({kOriginal, kFin | kAck, 1001, 5001});
    accept({kReply, kFin | kAck, 5001, 1002});
    accept({kOriginal, kAck, 1002, 5002});
    EXPECT_EQ(see({kOriginal, kSyn, 90000, 0}), TcpResult::again);
    EXPECT_TRUE(connection.has(kDying));
}

TEST_F(TcpTest, Only_a_SYN_or_a_loose_ACK_begins_a_connection)
{
    for (const std::uint8_t flags : {kSyn, std::uint8_t(kSyn | kUrg), std::uint8_t(kSyn | kPsh)}) {
        EXPECT_TRUE(tcp_may_begin(flags, true));
        EXPECT_TRUE(tcp_may_begin(flags, false));
    }
    for (const std::uint8_t flags : {kAck, std::uint8_t(kAck | kPsh), std::uint8_t(kAck | kUrg)}) {
        EXPECT_TRUE(tcp_may_begin(flags, true));
        EXPECT_FALSE(tcp_may_begin(flags, false)) << "nf_conntrack_tcp_loose = 0";
    }
    for (const int flags : {kSyn | kAck, kFin | kAck, +kRst, kRst | kAck, 0, kSyn | kFin, +kFin})
        EXPECT_FALSE(tcp_may_begin(static_cast<std::uint8_t>(flags), true)) << flags;
}

TEST_F(TcpTest, A_RST_that_is_the_only_reply_ends_the_entry_at_once)
{
    accept({kOriginal, kSyn, 1000, 0});
    accept({kReply, kRst | kAck, 0, 1001});
    EXPECT_TRUE(connection.has(kDying));
}

TEST_F(TcpTest, A_RST_with_the_next_number_closes)
{
    establish();
    accept({kReply, kRst, 5001, 0});
    EXPECT_EQ(state(), "CLOSE");
    EXPECT_FALSE(connection.has(kDying));
}

TEST_F(TcpTest, A_RST_from_before_what_was_acknowledged_is_invalid)
{
    establish();
    refuse({kReply, kRst, 4000, 0});
    EXPECT_EQ(state(), "ESTABLISHED");
}

TEST_F(TcpTest, A_RST_somewhere_in_the_window_is_let_through_and_not_believed)
{
    establish();
    accept({kReply, kRst, 5101, 0});
    EXPECT_EQ(state(), "ESTABLISHED");
}

TEST_F(TcpTest, A_SYN_in_the_middle_of_a_connection_is_ignored)
{
    establish();
    accept({kOriginal, kSyn, 777000, 0});
    EXPECT_EQ(state(), "ESTABLISHED");
}

TEST_F(TcpTest, A_SYN_ACK_that_answers_an_ignored_SYN_brings_the_entry_into_step)
{
    establish();
    accept({kOriginal, kSyn, 777000, 0});
    accept({kReply, kSyn | kAck, 888000, 777001});
    EXPECT_EQ(state(), "SYN_RECV");
    accept({kOriginal, kAck, 777001, 888001});
    EXPECT_EQ(state(), "ESTABLISHED");
}

TEST_F(TcpTest, Both_ends_may_open_at_once)
{
    accept({kOriginal, kSyn, 1000, 0});
    accept({kReply, kSyn, 5000, 0});
    EXPECT_EQ(state(), "SYN_SENT2");
    accept({kOriginal, kSyn | kAck, 1000, 5001});
    EXPECT_EQ(state(), "SYN_RECV");
    accept({kReply, kAck, 5001, 1001});
    EXPECT_EQ(state(), "ESTABLISHED");
}

TEST_F(TcpTest, Data_beyond_the_window_is_invalid_and_leaves_the_entry_alone)
{
    establish();
    refuse({kOriginal, kPsh | kAck, 1001 + 1000000, 5001, 10});
    accept({kOriginal, kPsh | kAck, 1001, 5001, 10});
}

TEST_F(TcpTest, Data_beyond_the_window_passes_a_liberal_conntrack)
{
    model::Netns netns;
    netns.sysctls = {{"net.netfilter.nf_conntrack_tcp_be_liberal", "1"}};
    settings = netns_settings(netns);
    establish();
    accept({kOriginal, kPsh | kAck, 1001 + 1000000, 5001, 10});
}

TEST_F(TcpTest, An_acknowledgement_of_what_was_never_sent_is_invalid)
{
    establish();
    refuse({kOriginal, kAck, 1001, 5002});
}

TEST_F(TcpTest, So_is_a_selective_one)
{
    establish();
    refuse({kOriginal, kAck, 1001, 5001, 0, 5042});
}

TEST_F(TcpTest, A_connection_taken_up_in_its_middle_is_not_checked)
{
    accept({kOriginal, kAck, 1001, 5001});
    EXPECT_EQ(state(), "ESTABLISHED");
    EXPECT_FALSE(connection.has(kAssured));
    accept({kReply, kPsh | kAck, 777777, 1001, 10});
    accept({kOriginal, kPsh | kAck, 999999, 777787, 10});
}

TEST_F(TcpTest, A_segment_without_any_sense_is_invalid)
{
    establish();
    refuse({kOriginal, 0, 1001, 5001});
    refuse({kOriginal, kSyn | kFin, 1001, 5001});
}

} // namespace
} // namespace onlan::simulate
