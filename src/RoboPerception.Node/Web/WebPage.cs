using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace RoboPerception.Node.Web;

/// <summary>The files of the page, which lie in the program itself, so that it works without any network but ours.</summary>
internal static class WebPage
{
    private const string Prefix = "page/";

    private static readonly FrozenDictionary<string, byte[]> Files = Load();

    /// <summary>Answers with a file of the page; false if there is none of this name.</summary>
    public static async Task<bool> TryServeAsync(HttpContext context, string name)
    {
        if (!Files.TryGetValue(name, out byte[]? content))
        {
            return false;
        }
        HttpResponse response = context.Response;
        response.ContentType = Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "text/plain; charset=utf-8",
        };
        response.ContentLength = content.Length;
        response.Headers.CacheControl = "no-cache";
        // Nothing from elsewhere, no frame around us.
        response.Headers.ContentSecurityPolicy = "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";
        response.Headers.XContentTypeOptions = "nosniff";
        await response.Body.WriteAsync(content, context.RequestAborted).ConfigureAwait(false);
        return true;
    }

    private static FrozenDictionary<string, byte[]> Load()
    {
        Assembly program = typeof(WebPage).Assembly;
        return program.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).ToFrozenDictionary(n => n[Prefix.Length..], name =>
        {
            using Stream file = program.GetManifestResourceStream(name)!;
            byte[] content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        });
    }
}
