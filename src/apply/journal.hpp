#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "plan/plan.hpp"

namespace onlan::apply {

// Where the journal's changes live. What is in the kernel is gone after a boot; a namespace is a
// host of its own.
struct HostIdentity {
    std::string boot;    // /proc/sys/kernel/random/boot_id
    std::string network; // "DEVICE:INODE" of the network namespace

    [[nodiscard]] static Result<HostIdentity> of_this_process();

    friend bool operator==(const HostIdentity&, const HostIdentity&) = default;
};

enum class RunKind : std::uint8_t { up, down };

// One `up` or `down`, from its first record to its commit. Without the commit it is unfinished: it
// was interrupted, or nobody confirmed it yet.
struct JournalRun {
    RunKind kind = RunKind::up;
    std::vector<std::string> lans; // empty: all

    friend bool operator==(const JournalRun&, const JournalRun&) = default;
};

using RecordId = std::uint64_t;

// What a journal says to somebody who only looks.
struct Recorded {
    plan::Ledger ledger;
    std::optional<JournalRun> unfinished;
};

// What the unfinished run has begun: to make a change, or to take back one that was in force.
struct Begun {
    enum class What : std::uint8_t { doing, undoing };

    RecordId id = 0;
    What what = What::doing;
    plan::Entry entry;
};

// What onlan has done to this host, as a file of JSON lines in which every change is on the disk
// before it is made:
//
//   begin → (do → done | undo → undone)* → commit
//
// A change with `do` and no `undone` counts as in force, even if `done` is missing: undoing a
// change that never happened does no harm, forgetting one that did happen would leave it behind for
// good.
class Journal {
public:
    // Called after each record has reached the disk, with the number of records of this process so
    // far.
    using Observer = std::function<void(unsigned)>;

    // Reads what is there, also of an older version of onlan, forgets what a reboot has taken away,
    // and starts a compact file. A torn last line (the machine died while writing it) is dropped;
    // any other damage is an error.
    [[nodiscard]] static Result<Journal>
    open(const std::filesystem::path& folder, const HostIdentity& host, Observer observer = {});
    // Without starting a new file or creating the folder: for who only looks.
    [[nodiscard]] static Result<Recorded> read(const std::filesystem::path& folder,
                                               const HostIdentity& host);

    // Every change in force, oldest first.
    [[nodiscard]] plan::Ledger ledger() const;
    [[nodiscard]] const std::optional<JournalRun>& unfinished() const noexcept
    {
        return unfinished_;
    }
    // The changes that the unfinished run began, oldest first.
    [[nodiscard]] const std::vector<Begun>& begun() const noexcept { return begun_; }

    [[nodiscard]] Result<> begin(const JournalRun& run);
    [[nodiscard]] Result<RecordId> doing(const plan::Owner& owner, const plan::Change& change);
    [[nodiscard]] Result<> done(RecordId id);
    // The oldest entry in force that is this change of this owner.
    [[nodiscard]] Result<RecordId> undoing(const plan::Owner& owner, const plan::Change& change);
    [[nodiscard]] Result<> undone(RecordId id);
    // The run is over: what it did stays.
    [[nodiscard]] Result<> commit();

private:
    struct InForce {
        RecordId id = 0;
        plan::Entry entry;
    };

    Journal() = default;

    [[nodiscard]] Result<> load(const HostIdentity& host);
    [[nodiscard]] Result<> replay(const nlohmann::json& record);
    [[nodiscard]] Result<> compact(const HostIdentity& host);
    [[nodiscard]] Result<> open_for_append();
    [[nodiscard]] Result<> append(const nlohmann::json& record);
    [[nodiscard]] Result<> read_version(const nlohmann::json& host);
    void replay_do(RecordId id, plan::Entry entry);
    void replay_undo(RecordId id);
    void replay_undone(RecordId id);

    std::filesystem::path file_;
    UniqueFd fd_;
    Observer observer_;
    unsigned records_ = 0;
    std::uint64_t whole_ = 0; // bytes of the file up to the end of its last whole line
    RecordId last_id_ = 0;
    int version_ = 1; // of the records that come next
    std::vector<InForce> in_force_;
    std::optional<JournalRun> unfinished_;
    std::vector<Begun> begun_;
};

} // namespace onlan::apply
