using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using RoboPerception.Core;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Web.Foxglove;

namespace RoboPerception.Node.Web;

/// <summary>
/// Who may look: on loopback anyone on this machine, elsewhere (and wherever a token is set) who knows the token, as
/// <c>Authorization: Bearer</c> or as the cookie that the sign-in page gives. Pages of other sites may not: a request of theirs has
/// another Origin, and one that reached loopback by a name of theirs has another Host.
/// </summary>
internal sealed class WebAccess
{
    /// <summary>The token in the environment; never part of the settings.</summary>
    public const string TokenVariable = "ROBOPERCEPTION__HTTP__TOKEN";

    private const string Cookie = "roboperception";

    private readonly bool isLoopback;
    private readonly byte[]? token;
    private readonly string cookie = "";

    /// <summary>Reads the token.</summary>
    /// <exception cref="UserErrorException">The address is not loopback and there is no token (exit code 2).</exception>
    public WebAccess(NodeSettings settings)
    {
        isLoopback = IPAddress.IsLoopback(settings.HttpAddress);
        string? secret = settings.HttpTokenFile is { } file ? ReadFile(file) : Environment.GetEnvironmentVariable(TokenVariable);
        if (string.IsNullOrWhiteSpace(secret))
        {
            token = isLoopback ? null : throw new UserErrorException(
                ExitCode.Usage, $"http.address {settings.HttpAddress} can be reached by others, so a token is needed: set {TokenVariable} or http.token_file, or serve on 127.0.0.1");
            return;
        }
        token = SHA256.HashData(Encoding.UTF8.GetBytes(secret.Trim()));
        // Not the token itself: a cookie ends with this run of the node.
        cookie = Convert.ToHexStringLower(HMACSHA256.HashData(RandomNumberGenerator.GetBytes(32), token));
    }

    /// <summary>Whether a request comes from a page of ours, or from no page.</summary>
    public bool IsOurs(HttpRequest request)
    {
        string host = request.Host.Value ?? "";
        string? origin = request.Headers.Origin;
        if (!string.IsNullOrEmpty(origin) && (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? from) || !string.Equals(from.Authority, host, StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }
        return token is not null || request.Host.Host is "localhost" || (IPAddress.TryParse(request.Host.Host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
    }

    /// <summary>
    /// Whether a Foxglove viewer names the token in its address, <c>?token=TOKEN</c>: it can send no headers. Its page may then be of another site,
    /// because no browser adds the token by itself, as it does a cookie.
    /// </summary>
    public bool KnowsToken(HttpRequest request) =>
        token is not null && request.Path == FoxgloveEndpoint.Path && request.Query.TryGetValue("token", out StringValues given) && given.Count == 1 && IsToken(given[0]!);

    /// <summary>Whether a request may be answered.</summary>
    public bool MayEnter(HttpRequest request)
    {
        if (token is null || KnowsToken(request))
        {
            return true;
        }
        string? header = request.Headers.Authorization;
        const string scheme = "Bearer ";
        if (header is not null && header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
        {
            return IsToken(header[scheme.Length..].Trim());
        }
        return request.Cookies.TryGetValue(Cookie, out string? given) && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(cookie));
    }

    /// <summary>Signs a browser in; false if the token is wrong.</summary>
    public bool SignIn(string given, HttpResponse response)
    {
        if (token is null || !IsToken(given.Trim()))
        {
            return false;
        }
        response.Cookies.Append(Cookie, cookie, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/" });
        return true;
    }

    /// <summary>Hashes are of one length, so the comparison takes the same time whatever was given.</summary>
    private bool IsToken(string given) => CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), token);

    private static string? ReadFile(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Usage, $"http.token_file '{path}' cannot be read: {e.Message}", e);
        }
    }
}
