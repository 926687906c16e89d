using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;
using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Remote;

namespace RoboPerception.Node.Web;

/// <summary>
/// Control from the dashboard: the commands that MQTT has, by the same code, and the recordings. Whoever may open the page may use it, where
/// <c>remote.control</c> says so. A page of another site cannot: its requests have its Origin, and it cannot send JSON without being allowed to first.
/// </summary>
internal static class ControlPages
{
    /// <summary>Maps the pages.</summary>
    public static void Map(WebApplication application)
    {
        application.MapPost("/api/cmd/{name}", CommandAsync);
        application.MapGet("/api/recordings", context =>
            WebServer.WriteAsync(context, 200, ContentTypes.Json, JsonSerializer.SerializeToUtf8Bytes(Folder(context)?.List() ?? [], WebJson.Default.IReadOnlyListListedRecording)));
        application.MapGet("/recordings/{name}", DownloadAsync);
    }

    /// <summary>Refuses what a page of another site could send; true if the request was answered so.</summary>
    public static async Task<bool> RefusedAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type) || !type.MediaType.Equals(ContentTypes.Json, StringComparison.OrdinalIgnoreCase))
        {
            await RefuseAsync(context, 415, $"a request is sent as {ContentTypes.Json}").ConfigureAwait(false);
            return true;
        }
        // What a browser says of where a request comes from, and a page cannot change.
        if (request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin"))
        {
            await RefuseAsync(context, 403, "only the program's own page may send requests").ConfigureAwait(false);
            return true;
        }
        return false;
    }

    private static async Task CommandAsync(HttpContext context)
    {
        if (await RefusedAsync(context).ConfigureAwait(false))
        {
            return;
        }
        HttpRequest request = context.Request;
        IServiceProvider services = context.RequestServices;
        if (!services.GetRequiredService<NodeSettings>().Remote.Dashboard || services.GetService<RemoteCommands>() is not { } commands)
        {
            await RefuseAsync(context, 403, "the dashboard does not control this node: set remote.control, and run it with 'run' or 'record'").ConfigureAwait(false);
            return;
        }
        byte[] body = new byte[RemoteCommands.MaximumBytes + 1];
        int length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        // Not the browser's patience: what is begun is ended.
        CancellationToken stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        RemoteAnswer answer = await commands.RunAsync((string)request.RouteValues["name"]!, body.AsMemory(0, length), "dashboard", stopping).ConfigureAwait(false);
        await WebServer.WriteAsync(context, answer.IsOk ? 200 : 400, answer.ContentType, answer.Payload).ConfigureAwait(false);
    }

    private static async Task DownloadAsync(HttpContext context)
    {
        string name = (string)context.Request.RouteValues["name"]!;
        if (Folder(context)?.Find(name) is not { } path)
        {
            await WebServer.WriteAsync(context, 404, "text/plain", "there is no such recording\n"u8.ToArray()).ConfigureAwait(false);
            return;
        }
        HttpResponse response = context.Response;
        response.ContentType = "application/octet-stream";
        response.ContentLength = new FileInfo(path).Length;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        await response.SendFileAsync(path, context.RequestAborted).ConfigureAwait(false);
    }

    private static RecordingFolder? Folder(HttpContext context) => context.RequestServices.GetService<RecordingFolder>();

    private static Task RefuseAsync(HttpContext context, int status, string reason) =>
        WebServer.WriteAsync(context, status, ContentTypes.Json, RemoteAnswer.Refused(reason).Payload);
}
