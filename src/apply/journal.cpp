#include "apply/journal.hpp"

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apply/journal_upgrade.hpp"
#include "base/file.hpp"

namespace onlan::apply {
namespace {

using nlohmann::json;

constexpr std::string_view kFile = "journal";
// 2: changes in the words of a snapshot, and where they are made. A host record that tells none is
// of version 1.
constexpr int kVersion = 2;

std::filesystem::path file_in(const std::filesystem::path& folder)
{
    return folder / kFile;
}

json host_record(const HostIdentity& host)
{
    return {
        {"record", "host"}, {"version", kVersion}, {"boot", host.boot}, {"network", host.network}};
}

Failure damaged(const std::filesystem::path& file, std::size_t line)
{
    return fail(
        Failed::parse,
        fmt::format("{}:{}: the journal is damaged: this line is not one of onlan's records, so "
                    "onlan does not know what to remove; move the file aside, reboot (links and "
                    "rules do not survive it), remove the LANs' Docker networks "
                    "(docker network rm NAME), and run 'onlan up'",
                    file.string(), line));
}

Result<> make_folder(const std::filesystem::path& folder)
{
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        return Failure{
            Error{error, fmt::format("create {}: {}", folder.string(), error.message())}};
    return {};
}

} // namespace

Result<HostIdentity> HostIdentity::of_this_process()
{
    ONLAN_TRY(std::string boot, read_file("/proc/sys/kernel/random/boot_id"));
    boot.erase(boot.find_last_not_of('\n') + 1);
    struct stat network{};
    if (::stat("/proc/thread-self/ns/net", &network) < 0)
        return fail_errno("identify the network namespace");
    return HostIdentity{.boot = std::move(boot),
                        .network = fmt::format("{}:{}", network.st_dev, network.st_ino)};
}

Result<Journal>
Journal::open(const std::filesystem::path& folder, const HostIdentity& host, Observer observer)
{
    ONLAN_CHECK(make_folder(folder));
    Journal journal;
    journal.file_ = file_in(folder);
    ONLAN_CHECK(journal.load(host));
    // The records of an unfinished run are needed one by one; everything else is said shorter.
    if (!journal.unfinished_)
        ONLAN_CHECK(journal.compact(host));
    ONLAN_CHECK(journal.open_for_append());
    // The records that come now are of this version, whatever those before them are of.
    if (journal.version_ < kVersion)
        ONLAN_CHECK(journal.append(host_record(host)));
    journal.records_ = 0;
    journal.observer_ = std::move(observer);
    return journal;
}

Result<Recorded> Journal::read(const std::filesystem::path& folder, const HostIdentity& host)
{
    Journal journal;
    journal.file_ = file_in(folder);
    ONLAN_CHECK(journal.load(host));
    return Recorded{.ledger = journal.ledger(), .unfinished = journal.unfinished_};
}

plan::Ledger Journal::ledger() const
{
    plan::Ledger ledger;
    for (const InForce& one : in_force_)
        ledger.push_back(one.entry);
    return ledger;
}

Result<> Journal::load(const HostIdentity& host)
{
    const auto text = read_file(file_);
    if (!text && text.error().code == std::errc::no_such_file_or_directory)
        return {};
    if (!text)
        return Failure{text.error()};

    HostIdentity writer = host;
    std::size_t number = 0;
    // A line without its end is torn: the machine died while writing it, so nothing was done on its
    // behalf yet.
    for (std::size_t end = 0; (end = text->find('\n', whole_)) != std::string::npos;
         whole_ = end + 1) {
        ++number;
        try {
            const json record = json::parse(std::string_view(*text).substr(whole_, end - whole_));
            if (record.at("record") == "host") {
                ONLAN_CHECK(read_version(record));
                writer = {.boot = record.at("boot"), .network = record.at("network")};
            } else if (!replay(record))
                return damaged(file_, number);
        } catch (const json::exception&) {
            return damaged(file_, number);
        }
    }

    if (writer.boot != host.boot) {
        std::erase_if(in_force_, [](const InForce& one) {
            return !plan::kind(one.entry.change).outlives_boot;
        });
        unfinished_.reset();
        begun_.clear();
    } else if (writer.network != host.network) {
        return fail(Failed::conflict, fmt::format("{} belongs to another network namespace: run "
                                                  "onlan there, or name a folder for this "
                                                  "namespace with --state-dir",
                                                  file_.string()));
    }
    return {};
}

Result<> Journal::read_version(const json& host)
{
    version_ = host.value("version", 1);
    if (version_ > kVersion)
        return fail(Failed::missing_feature,
                    fmt::format("{} was written by a newer version of onlan (journal version {}; "
                                "this one reads up to {}): use that version",
                                file_.string(), version_, kVersion));
    return {};
}

// Throws json::exception on a record that append() would not have written.
Result<> Journal::replay(const json& record)
{
    const auto& kind = record.at("record").get_ref<const std::string&>();
    if (kind == "begin") {
        unfinished_ = JournalRun{.kind = record.at("run") == "up" ? RunKind::up : RunKind::down,
                                 .lans = record.at("lans").get<std::vector<std::string>>()};
        begun_.clear();
        return {};
    }
    if (kind == "commit") {
        unfinished_.reset();
        begun_.clear();
        return {};
    }
    const auto id = record.at("id").get<RecordId>();
    if (kind == "do") {
        json change_record = record.at("change");
        if (version_ < kVersion)
            upgrade_from_version_1(change_record);
        ONLAN_TRY(plan::Change change, plan::change_from_json(std::move(change_record)));
        replay_do(id, {.owner = record.at("owner"), .change = std::move(change)});
    } else if (kind == "undo") {
        replay_undo(id);
    } else if (kind == "undone") {
        replay_undone(id);
    } else if (kind != "done") {
        return fail(Failed::parse, fmt::format("'{}' is not a kind of record", kind));
    }
    return {};
}

void Journal::replay_do(RecordId id, plan::Entry entry)
{
    last_id_ = std::max(last_id_, id);
    if (unfinished_)
        begun_.push_back({.id = id, .what = Begun::What::doing, .entry = entry});
    in_force_.push_back({id, std::move(entry)});
}

void Journal::replay_undo(RecordId id)
{
    const auto found = std::ranges::find(in_force_, id, &InForce::id);
    const bool own = std::ranges::find(begun_, id, &Begun::id) != begun_.end();
    if (unfinished_ && !own && found != in_force_.end())
        begun_.push_back({.id = id, .what = Begun::What::undoing, .entry = found->entry});
}

void Journal::replay_undone(RecordId id)
{
    std::erase_if(in_force_, [id](const InForce& one) { return one.id == id; });
    // Made and undone by the same run: nothing is left to take back.
    std::erase_if(begun_, [id](const Begun& begun) {
        return begun.id == id && begun.what == Begun::What::doing;
    });
}

Result<> Journal::compact(const HostIdentity& host)
{
    // A repair repeats a change that is on record already; once is enough to undo it.
    std::vector<InForce> compacted;
    for (const InForce& one : in_force_) {
        const bool repeated = std::ranges::any_of(compacted, [&](const InForce& other) {
            return other.entry.owner == one.entry.owner &&
                   plan::same_object(other.entry.change, one.entry.change);
        });
        if (!repeated)
            compacted.push_back(one);
    }
    in_force_ = std::move(compacted);

    std::string text = host_record(host).dump() + '\n';
    version_ = kVersion;
    last_id_ = 0;
    for (InForce& one : in_force_) {
        one.id = ++last_id_;
        text += json{{"record", "do"},
                     {"id", one.id},
                     {"owner", one.entry.owner},
                     {"change", plan::to_json(one.entry.change)}}
                    .dump() +
                '\n';
    }
    whole_ = text.size();
    return replace_file(file_, text);
}

Result<> Journal::open_for_append()
{
    fd_ = UniqueFd{::open(file_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)};
    if (!fd_)
        return fail_errno(fmt::format("open {}", file_.string()));
    if (::ftruncate(fd_.get(), static_cast<off_t>(whole_)) < 0)
        return fail_errno(fmt::format("drop the torn end of {}", file_.string()));
    return {};
}

Result<> Journal::append(const json& record)
{
    const std::string line = record.dump() + '\n';
    const auto written = ::write(fd_.get(), line.data(), line.size());
    if (written != static_cast<ssize_t>(line.size())) {
        const int error = written < 0 ? errno : ENOSPC;
        // Or the next record would be glued to a torn one.
        if (::ftruncate(fd_.get(), static_cast<off_t>(whole_)) < 0)
            fd_ = UniqueFd{};
        return fail_errno(fmt::format("write {}", file_.string()), error);
    }
    whole_ += line.size();
    if (::fdatasync(fd_.get()) < 0)
        return fail_errno(fmt::format("sync {}", file_.string()));
    ++records_;
    if (observer_)
        observer_(records_);
    return {};
}

Result<> Journal::begin(const JournalRun& run)
{
    ONLAN_CHECK(append({{"record", "begin"},
                        {"run", run.kind == RunKind::up ? "up" : "down"},
                        {"lans", run.lans}}));
    unfinished_ = run;
    begun_.clear();
    return {};
}

Result<RecordId> Journal::doing(const plan::Owner& owner, const plan::Change& change)
{
    const RecordId id = last_id_ + 1;
    ONLAN_CHECK(append(
        {{"record", "do"}, {"id", id}, {"owner", owner}, {"change", plan::to_json(change)}}));
    replay_do(id, {.owner = owner, .change = change});
    return id;
}

Result<> Journal::done(RecordId id)
{
    return append({{"record", "done"}, {"id", id}});
}

Result<RecordId> Journal::undoing(const plan::Owner& owner, const plan::Change& change)
{
    const auto found = std::ranges::find_if(in_force_, [&](const InForce& one) {
        return one.entry.owner == owner && one.entry.change == change;
    });
    if (found == in_force_.end())
        return fail(Failed::not_found, "undo a change that is not in the journal");
    const RecordId id = found->id;
    ONLAN_CHECK(append({{"record", "undo"}, {"id", id}}));
    replay_undo(id);
    return id;
}

Result<> Journal::undone(RecordId id)
{
    ONLAN_CHECK(append({{"record", "undone"}, {"id", id}}));
    replay_undone(id);
    return {};
}

Result<> Journal::commit()
{
    ONLAN_CHECK(append({{"record", "commit"}}));
    unfinished_.reset();
    begun_.clear();
    return {};
}

} // namespace onlan::apply
