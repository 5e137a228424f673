#include "io/http_client.hpp"

#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include "base/number.hpp"

namespace onlan::io {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

// A container list of thousands stays far below.
constexpr std::uint64_t kMostBody = std::uint64_t{64} << 20;
constexpr unsigned kHttp11 = 11;

// Drives one exchange step by step on its own loop; each step starts the next or ends with an
// error.
template <typename Protocol>
class Exchange {
public:
    using Address = typename Protocol::endpoint;

    Exchange(asio::io_context& loop, const Endpoint& endpoint, const HttpRequest& request)
        : stream_(loop), request_(http::string_to_verb(request.method), request.target, kHttp11)
    {
        request_.set(http::field::host, endpoint.unix_path.empty() ? endpoint.host : "localhost");
        request_.set(http::field::user_agent, "onlan");
        request_.set(http::field::connection, "close");
        if (!request.body.empty()) {
            request_.set(http::field::content_type, request.content_type);
            request_.body() = request.body;
        }
        request_.prepare_payload();
        parser_.body_limit(kMostBody);
    }

    // The first of the addresses that answers: "localhost" has one of each family.
    void start(const std::vector<Address>& addresses)
    {
        stream_.async_connect(addresses,
                              [this](error_code error, const Address&) { write(error); });
    }

    [[nodiscard]] std::optional<error_code> ended() const { return ended_; }
    [[nodiscard]] HttpResponse response()
    {
        auto message = parser_.release();
        return {.status = message.result_int(), .body = std::move(message.body())};
    }

private:
    void write(error_code error)
    {
        if (error)
            return end(error);
        http::async_write(stream_, request_,
                          [this](error_code failed, std::size_t) { read(failed); });
    }

    void read(error_code error)
    {
        if (error)
            return end(error);
        http::async_read(stream_, buffer_, parser_,
                         [this](error_code failed, std::size_t) { end(failed); });
    }

    void end(error_code error) { ended_ = error; }

    beast::basic_stream<Protocol> stream_;
    http::request<http::string_body> request_;
    beast::flat_buffer buffer_;
    http::response_parser<http::string_body> parser_;
    std::optional<error_code> ended_;
};

Failure failed(const error_code& error)
{
    if (error.category() == boost::system::system_category())
        return fail_errno("HTTP", error.value());
    return fail(Failed::parse, fmt::format("HTTP: {}", error.message()));
}

template <typename Protocol>
Result<HttpResponse> exchange(const Endpoint& endpoint,
                              const HttpRequest& request,
                              const std::vector<typename Protocol::endpoint>& addresses,
                              std::chrono::milliseconds deadline)
{
    asio::io_context loop;
    Exchange<Protocol> exchange(loop, endpoint, request);
    exchange.start(addresses);
    loop.run_for(deadline);
    const std::optional<error_code> ended = exchange.ended();
    if (!ended)
        return fail(Failed::timeout, fmt::format("HTTP: no answer within {} ms", deadline.count()));
    if (*ended)
        return failed(*ended);
    return exchange.response();
}

Result<HttpResponse> request_over_tcp(const Endpoint& endpoint,
                                      const HttpRequest& request,
                                      std::chrono::milliseconds deadline)
{
    asio::io_context loop;
    error_code error;
    const auto found = asio::ip::tcp::resolver(loop).resolve(endpoint.host, endpoint.port, error);
    if (error)
        return fail(Failed::not_found,
                    fmt::format("look up {}: {}", endpoint.host, error.message()));
    return exchange<asio::ip::tcp>(endpoint, request, {found.begin(), found.end()}, deadline);
}

// "HOST:PORT", with an IPv6 address in brackets.
std::optional<Endpoint> parse_host_and_port(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return {};
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string_view::npos)
        return {};
    if (host.empty() || parse_number<std::uint16_t>(port).value_or(0) == 0)
        return {};
    return Endpoint{.unix_path = {}, .host = std::string(host), .port = std::string(port)};
}

} // namespace

Result<Endpoint> Endpoint::parse(std::string_view url)
{
    constexpr std::string_view kUnix = "unix://";
    constexpr std::string_view kTcp = "tcp://";
    if (url.starts_with(kUnix) && url.size() > kUnix.size())
        return Endpoint{.unix_path = std::string(url.substr(kUnix.size())), .host = {}, .port = {}};
    if (url.starts_with(kTcp)) {
        if (auto endpoint = parse_host_and_port(url.substr(kTcp.size())))
            return *std::move(endpoint);
    }
    return fail(Failed::parse, fmt::format("'{}' is not a Docker host that onlan can use: it has "
                                           "to be unix:///PATH or tcp://HOST:PORT",
                                           url));
}

Result<HttpResponse> http_request(const Endpoint& endpoint,
                                  const HttpRequest& request,
                                  std::chrono::milliseconds deadline)
{
    try {
        if (endpoint.unix_path.empty())
            return request_over_tcp(endpoint, request, deadline);
        return exchange<asio::local::stream_protocol>(endpoint, request, {{endpoint.unix_path}},
                                                      deadline);
    } catch (const boost::system::system_error& error) {
        return failed(error.code());
    } catch (const std::exception& error) {
        return fail(Failed::refused, fmt::format("HTTP: {}", error.what()));
    }
}

} // namespace onlan::io
