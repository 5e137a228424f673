#include "io/http_client.hpp"

#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

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

    void start(const typename Protocol::endpoint& address)
    {
        stream_.async_connect(address, [this](error_code error) { write(error); });
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
                              const typename Protocol::endpoint& address,
                              std::chrono::milliseconds deadline)
{
    asio::io_context loop;
    Exchange<Protocol> exchange(loop, endpoint, request);
    exchange.start(address);
    loop.run_for(deadline);
    if (!exchange.ended())
        return fail(Failed::timeout, fmt::format("HTTP: no answer within {} ms", deadline.count()));
    if (*exchange.ended())
        return failed(*exchange.ended());
    return exchange.response();
}

Result<HttpResponse> request_over_tcp(const Endpoint& endpoint,
                                      const HttpRequest& request,
                                      std::chrono::milliseconds deadline)
{
    asio::io_context loop;
    error_code error;
    const auto addresses =
        asio::ip::tcp::resolver(loop).resolve(endpoint.host, endpoint.port, error);
    if (error)
        return fail(Failed::not_found,
                    fmt::format("look up {}: {}", endpoint.host, error.message()));
    return exchange<asio::ip::tcp>(endpoint, request, addresses.begin()->endpoint(), deadline);
}

} // namespace

Result<Endpoint> Endpoint::parse(std::string_view url)
{
    constexpr std::string_view kUnix = "unix://";
    constexpr std::string_view kTcp = "tcp://";
    if (url.starts_with(kUnix) && url.size() > kUnix.size())
        return Endpoint{.unix_path = std::string(url.substr(kUnix.size())), .host = {}, .port = {}};
    const auto colon = url.rfind(':');
    if (url.starts_with(kTcp) && colon > kTcp.size())
        return Endpoint{.unix_path = {},
                        .host = std::string(url.substr(kTcp.size(), colon - kTcp.size())),
                        .port = std::string(url.substr(colon + 1))};
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
        return exchange<asio::local::stream_protocol>(endpoint, request, {endpoint.unix_path},
                                                      deadline);
    } catch (const std::exception& error) {
        return fail(Failed::refused, fmt::format("HTTP: {}", error.what()));
    }
}

} // namespace onlan::io
