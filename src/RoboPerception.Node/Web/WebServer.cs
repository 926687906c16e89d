using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Web.Foxglove;
using RoboPerception.Node.Web.Live;

namespace RoboPerception.Node.Web;

/// <summary>What the node serves over HTTP at <c>http.port</c>: the dashboard, <c>/healthz</c> and <c>/metrics</c>.</summary>
internal static class WebServer
{
    private const string JsonType = "application/json";

    /// <summary>Adds what the node serves.</summary>
    public static void Add(WebApplicationBuilder builder, NodeSettings settings)
    {
        AddListener(builder, settings);
        builder.Services.AddSingleton<NodeApi>();
        builder.Services.AddSingleton<FoxgloveHub>();
    }

    /// <summary>Adds Kestrel and routing, and nothing else.</summary>
    public static void AddListener(WebApplicationBuilder builder, NodeSettings settings)
    {
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(new WebAccess(settings));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
            kestrel.Listen(settings.HttpAddress, settings.HttpPort);
        });
    }

    /// <summary>Maps the pages of the node.</summary>
    public static void Map(WebApplication application) => MapAround(application, "index.html", MapNode);

    /// <summary>Maps a program's own pages behind the guard, and the files of the page.</summary>
    /// <param name="application">The application.</param>
    /// <param name="first">The file at <c>/</c>.</param>
    /// <param name="pages">Maps the program's own pages.</param>
    public static void MapAround(WebApplication application, string first, Action<WebApplication> pages)
    {
        WebAccess access = application.Services.GetRequiredService<WebAccess>();
        application.Use((context, next) => GuardAsync(context, next, access));
        application.UseWebSockets();
        application.MapPost("/signin", context => SignInAsync(context, access));
        pages(application);
        application.MapFallback("{**path}", context => PageAsync(context, first));
    }

    /// <summary>What the user is told when the port does not open; null if the failure is another.</summary>
    public static UserErrorException? BindFailure(Exception failure, NodeSettings settings) =>
        settings.HttpPort > 0 && (failure is IOException { InnerException: AddressInUseException } or SocketException)
            ? new UserErrorException(ExitCode.Usage, $"http.port {settings.HttpPort} cannot be opened: {failure.Message}; choose another or 0 for none", failure)
            : null;

    private static void MapNode(WebApplication application)
    {
        application.MapGet("/healthz", context =>
        {
            NodeReports reports = context.RequestServices.GetRequiredService<NodeReports>();
            return WriteAsync(context, reports.IsHealthy ? 200 : 503, JsonType, MessageJson.Write(reports.Health()));
        });
        application.MapGet("/metrics", context =>
            WriteAsync(context, 200, "text/plain; version=0.0.4", Encoding.UTF8.GetBytes(context.RequestServices.GetRequiredService<NodeReports>().Prometheus())));
        application.MapGet("/api/node", context =>
            WriteAsync(context, 200, JsonType, JsonSerializer.SerializeToUtf8Bytes(context.RequestServices.GetRequiredService<NodeApi>().Node(), WebJson.Default.NodeDocument)));
        application.MapGet("/api/history/{camera}", HistoryAsync);
        application.Map("/live/{camera}", LiveAsync);
        ControlPages.Map(application);
        application.Map(FoxgloveEndpoint.Path, FoxgloveEndpoint.ServeAsync);
    }

    private static async Task GuardAsync(HttpContext context, RequestDelegate next, WebAccess access)
    {
        string path = context.Request.Path.Value ?? "/";
        if (!access.IsOurs(context.Request) && !access.KnowsToken(context.Request))
        {
            if (path == FoxgloveEndpoint.Path)
            {
                FoxgloveEndpoint.WarnOfOrigin(context);
            }
            await WriteAsync(context, 403, "text/plain", "this page is not asked by pages of other sites\n"u8.ToArray()).ConfigureAwait(false);
        }
        else if (path == "/signin" || path == "/style.css" || access.MayEnter(context.Request))
        {
            await next(context).ConfigureAwait(false);
        }
        else
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Bearer";
            if (path == "/")
            {
                await WebPage.TryServeAsync(context, "signin.html").ConfigureAwait(false);
                return;
            }
            await WriteAsync(context, 401, "text/plain", "a token is needed: Authorization: Bearer TOKEN\n"u8.ToArray()).ConfigureAwait(false);
        }
    }

    private static async Task SignInAsync(HttpContext context, WebAccess access)
    {
        string given = context.Request.HasFormContentType ? (await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false))["token"].ToString() : "";
        if (access.SignIn(given, context.Response))
        {
            // Where the page lies, also behind a proxy that put a path in front.
            context.Response.Redirect("./");
            return;
        }
        context.Response.StatusCode = 401;
        await WebPage.TryServeAsync(context, "signin.html").ConfigureAwait(false);
    }

    private static Task HistoryAsync(HttpContext context)
    {
        _ = double.TryParse(context.Request.Query["after"], NumberStyles.Float, CultureInfo.InvariantCulture, out double after);
        IReadOnlyList<HistorySample> samples = context.RequestServices.GetRequiredService<History>().Of((string)context.Request.RouteValues["camera"]!, after);
        return WriteAsync(context, 200, JsonType, JsonSerializer.SerializeToUtf8Bytes(samples, WebJson.Default.IReadOnlyListHistorySample));
    }

    private static Task LiveAsync(HttpContext context)
    {
        FrameView? view = context.RequestServices.GetRequiredService<FrameViews>().Of((string)context.Request.RouteValues["camera"]!);
        if (view is null || !context.WebSockets.IsWebSocketRequest)
        {
            return WriteAsync(context, view is null ? 404 : 400, "text/plain", "a WebSocket for one of the node's cameras\n"u8.ToArray());
        }
        return ViewerSocket.ServeAsync(context, view.Viewers, context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
    }

    private static async Task PageAsync(HttpContext context, string first)
    {
        string name = context.Request.Path.Value is "/" or null ? first : context.Request.Path.Value[1..];
        if (!HttpMethods.IsGet(context.Request.Method) || !await WebPage.TryServeAsync(context, name).ConfigureAwait(false))
        {
            await WriteAsync(context, 404, "text/plain", "there are /, /healthz and /metrics\n"u8.ToArray()).ConfigureAwait(false);
        }
    }

    internal static Task WriteAsync(HttpContext context, int status, string type, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
